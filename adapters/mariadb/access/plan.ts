/** Who is to be shut out, by the order and by what the server knows. Pure. */
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { type Account, accountName } from '../sql-text.ts';
import type { KnownAccount } from './accounts.ts';
import type { Order } from './input.ts';

export interface Reach {
  /** To be locked, or locked already. */
  readonly shut: readonly KnownAccount[];
  /** Left as they are: administrators, exceptions, and the account that asks. */
  readonly free: readonly KnownAccount[];
}

export function reach(order: Order, accounts: readonly KnownAccount[], self: Account): Result<Reach, Trouble> {
  const { users, except, database } = order;
  for (const name of [...(users ?? []), ...except]) {
    if (!accounts.some((one) => isNamed(one, name)))
      return trouble(`There is no account ${name}`, 'Correct `users` or `except`: SELECT User, Host FROM mysql.user.');
  }
  const named = (one: KnownAccount, names: readonly string[]) => names.some((name) => isNamed(one, name));
  const isSelf = (one: Account) => accountName(one) === accountName(self);
  const own = users === null ? undefined : accounts.find((one) => isSelf(one) && named(one, users));
  if (own !== undefined)
    return trouble(
      `${accountName(self)} is the account that backout logs in as`,
      'Log in as another, or leave it out of `users`.',
    );
  const shut = accounts.filter((one) => {
    if (isSelf(one) || named(one, except)) return false;
    return users === null ? one.reaches && !one.administers : named(one, users);
  });
  if (shut.length === 0)
    return trouble(
      `No account to lock may reach database ${database}`,
      'Correct `database`, or name the accounts in `users`; administrators are locked only when they are named.',
    );
  return ok({ shut, free: accounts.filter((one) => !shut.includes(one)) });
}

/** `shop` is every account of that name. */
export const isNamed = (one: Account, name: string): boolean => one.user === name || accountName(one) === name;

export const names = (accounts: readonly Account[]): string => accounts.map(accountName).join(', ');
