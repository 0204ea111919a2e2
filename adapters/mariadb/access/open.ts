/** Opening: exactly what was before the first closing; proven; the marker is removed last. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble, unproven } from '../../support/access.ts';
import { ask } from '../client.ts';
import { accountOf, type ServerFacts } from '../facts.ts';
import { account, accountName } from '../sql-text.ts';
import { accountsFor, type KnownAccount } from './accounts.ts';
import { foundClosed, reachNow } from './close.ts';
import type { Order } from './input.ts';
import { dropPrevious, markerName, type Previous, recallPrevious } from './marker.ts';
import { isNamed, names } from './plan.ts';

export async function open(order: Order, server: ServerFacts, signal: AbortSignal): Promise<Result<string, Trouble>> {
  const kept = await recallPrevious(order);
  if (!kept.ok) return kept;
  if (kept.value === undefined) return openWithoutMarker(order, server, signal);
  const done = await putBack(order, kept.value, signal);
  if (!done.ok) return done;
  const dropped = await dropPrevious(order, server);
  return dropped.ok ? done : dropped;
}

async function openWithoutMarker(
  order: Order,
  server: ServerFacts,
  signal: AbortSignal,
): Promise<Result<string, Trouble>> {
  const found = await reachNow(order, server, signal);
  if (!found.ok) return found;
  const { shut } = found.value;
  const isOpen = shut.filter(({ locked }) => !locked);
  if (isOpen.length > 0) return ok(`database ${order.database} was open already, there is no marker: ${names(isOpen)}`);
  const { previous } = order;
  if (previous === null) return foundClosed(order, shut);
  const wanted = shut.filter((one) => previous.some((name) => isNamed(one, name)));
  return putBack(order, { open: wanted.map(accountName), locked: [] }, signal);
}

async function putBack(order: Order, previous: Previous, signal: AbortSignal): Promise<Result<string, Trouble>> {
  const now = await stateOf(order, previous, signal);
  if (!now.ok) return now;
  const { toUnlock, toLock } = now.value;
  for (const [accounts, verb] of [
    [toLock, 'LOCK'],
    [toUnlock, 'UNLOCK'],
  ] as const) {
    if (accounts.length === 0) continue;
    const sql = `ALTER USER ${accounts.map(account).join(', ')} ACCOUNT ${verb}`;
    const changed = await ask({ login: order.login, sql, signal });
    if (!changed.ok) return changed;
  }
  const proof = await stateOf(order, previous, signal);
  if (!proof.ok) return proof;
  const wrong = [...proof.value.toUnlock, ...proof.value.toLock];
  if (wrong.length > 0) return unproven(`Not as before: ${names(wrong)}`, 'See who changes them, then retry.');
  const { open: opened, locked } = previous;
  const rest = locked.length === 0 ? '' : `; locked as before: ${locked.join(', ')}`;
  return ok(`database ${order.database} is open: ${opened.join(', ') || 'nobody, as before'}${rest}`);
}

interface Differences {
  readonly toUnlock: readonly KnownAccount[];
  readonly toLock: readonly KnownAccount[];
}

async function stateOf(order: Order, previous: Previous, signal: AbortSignal): Promise<Result<Differences, Trouble>> {
  const accounts = await accountsFor(order.login, order.database, signal);
  if (!accounts.ok) return err(accounts.error);
  const find = (name: string) => accounts.value.find((one) => accountName(one) === name);
  const gone = previous.open.filter((name) => find(name) === undefined);
  if (gone.length > 0)
    return trouble(
      `Account ${gone.join(', ')} was open before access was closed, and is gone`,
      `Make it again: CREATE USER ${gone.map((name) => account(accountOf(name))).join(', ')} …; the marker is ${markerName(order)}.`,
    );
  const of = (wanted: readonly string[]) => wanted.map(find).filter((one) => one !== undefined);
  return ok({
    toUnlock: of(previous.open).filter(({ locked }) => locked),
    toLock: of(previous.locked).filter(({ locked }) => !locked),
  });
}
