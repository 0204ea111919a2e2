/**
 * Closing: the marker first, then the accounts are locked, then their sessions are ended, then it is proven that they
 * are locked and that none is there. Each part can be done again.
 */
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble, unproven } from '../../support/access.ts';
import { waitFor } from '../../support/wait.ts';
import { ask } from '../client.ts';
import type { ServerFacts } from '../facts.ts';
import { account, accountName } from '../sql-text.ts';
import { accountsFor } from './accounts.ts';
import type { Order } from './input.ts';
import { keepPrevious, markerName, type Previous, recallPrevious } from './marker.ts';
import { isNamed, names, type Reach, reach } from './plan.ts';
import { end, type Session, sessionName, sessions, unwanted } from './sessions.ts';

export interface Closed {
  readonly detail: string;
  readonly locked: number;
  readonly ended: number;
}

export async function close(
  order: Order,
  server: ServerFacts,
  key: string,
  signal: AbortSignal,
): Promise<Result<Closed, Trouble>> {
  const found = await reachNow(order, server, signal);
  if (!found.ok) return found;
  const previous = await firstFound(order, server, found.value, key);
  if (!previous.ok) return previous;
  const { shut } = found.value;
  const open = shut.filter(({ locked }) => !locked);
  if (open.length > 0) {
    const sql = `ALTER USER ${open.map(account).join(', ')} ACCOUNT LOCK`;
    const locked = await ask({ login: order.login, sql, signal });
    if (!locked.ok)
      return {
        ok: false,
        error: { ...locked.error, remedy: `${locked.error.remedy} The marker is kept in ${markerName(order)}.` },
      };
  }
  const ended = await endSessions(order, found.value, signal);
  if (!ended.ok) return ended;
  const proof = await prove(order, server, signal);
  if (!proof.ok) return proof;
  const free = found.value.free.filter((one) => one.administers && one.reaches && !one.locked);
  const still = free.length === 0 ? '' : `; still let in: ${names(free)}`;
  const detail = `database ${order.database} is closed: ${names(shut)} locked, ${ended.value} sessions ended${still}`;
  return ok({ detail, locked: shut.length, ended: ended.value });
}

export async function reachNow(
  order: Order,
  server: ServerFacts,
  signal?: AbortSignal,
): Promise<Result<Reach, Trouble>> {
  const accounts = await accountsFor(order.login, order.database, signal);
  return accounts.ok ? reach(order, accounts.value, server.self) : accounts;
}

async function firstFound(
  order: Order,
  server: ServerFacts,
  { shut }: Reach,
  key: string,
): Promise<Result<Previous, Trouble>> {
  const kept = await recallPrevious(order);
  if (!kept.ok) return kept;
  if (kept.value === undefined) return keepNew(order, server, shut, key);
  const { open, locked } = kept.value;
  const stranger = shut.find((one) => ![...open, ...locked].includes(accountName(one)) && !one.locked);
  if (stranger === undefined) return ok(kept.value);
  return trouble(
    `Account ${accountName(stranger)} may reach database ${order.database} and is not among those of the first closing (${markerName(order)})`,
    'Open access first, then close it anew; or name the account in `except`.',
  );
}

async function keepNew(
  order: Order,
  server: ServerFacts,
  shut: Reach['shut'],
  key: string,
): Promise<Result<Previous, Trouble>> {
  const { previous } = order;
  const allLocked = shut.every(({ locked }) => locked);
  if (allLocked && previous === null) return foundClosed(order, shut);
  const isOpen = (one: Reach['shut'][number]) =>
    allLocked ? (previous ?? []).some((name) => isNamed(one, name)) : !one.locked;
  const found = {
    open: shut.filter(isOpen).map(accountName),
    locked: shut.filter((one) => !isOpen(one)).map(accountName),
  };
  return keepPrevious(order, server, found, key);
}

export const foundClosed = ({ database }: Order, shut: Reach['shut']) =>
  trouble(
    `Database ${database} is closed already (${names(shut)}: locked), and there is no marker that says what open means`,
    `Say which accounts are open when access is open: \`previous: [${shut.map((one) => JSON.stringify(accountName(one))).join(', ')}]\`.`,
  );

/** Again and again: whoever is let in for some reason comes back, and is named. */
async function endSessions(order: Order, { shut, free }: Reach, signal: AbortSignal): Promise<Result<number, Trouble>> {
  const { login, database, patienceMs } = order;
  const ended = new Set<string>();
  let last: Result<readonly Session[], Trouble> = ok([]);
  const gone = await waitFor(
    async () => {
      const all = await sessions(login, signal);
      last = all.ok ? ok(unwanted(all.value, database, shut, free)) : all;
      if (!last.ok || last.value.length === 0) return true;
      for (const { id } of last.value) ended.add(id);
      await end(login, last.value, signal);
      return undefined;
    },
    { withinMs: patienceMs, everyMs: 100, signal },
  );
  if (!last.ok) return last;
  if (gone === true) return ok(ended.size);
  return unproven(
    `Database ${database}: ${last.value.length} sessions did not end within ${patienceMs / 1_000} s: ${last.value.slice(0, 5).map(sessionName).join(', ')}`,
    'The accounts are locked. Give it more `patience` (they may roll back), then retry.',
  );
}

async function prove(order: Order, server: ServerFacts, signal: AbortSignal): Promise<Result<null, Trouble>> {
  const now = await reachNow(order, server, signal);
  if (!now.ok) return now;
  const open = now.value.shut.filter(({ locked }) => !locked);
  if (open.length > 0) return unproven(`Still open: ${names(open)}`, 'See who unlocks them, then retry.');
  const found = await sessions(order.login, signal);
  if (!found.ok) return found;
  const { database } = order;
  const isAdmin = (user: string) =>
    user !== server.self.user && now.value.free.some((one) => one.user === user && one.administers);
  const there = found.value.filter((one) => one.database === database && isAdmin(one.user) && !isExcepted(order, one));
  if (there.length === 0) return ok(null);
  return unproven(
    `Administrators are in database ${database}: ${there.slice(0, 5).map(sessionName).join(', ')}`,
    'An application should not be one. Name the accounts in `users` to lock them too, or in `except` to let them work; or let them leave, then retry.',
  );
}

const isExcepted = ({ except }: Order, { user, from }: Session): boolean =>
  except.some((name) => isNamed({ user, host: from }, name) || name.startsWith(`${user}@`));
