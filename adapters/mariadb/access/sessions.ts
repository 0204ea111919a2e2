/** Sessions of accounts that are shut out, and their end. */
import { ok, type Result } from '../../../src/kernel/result.ts';
import { ask, type SqlTrouble } from '../client.ts';
import type { Login } from '../login.ts';
import { type Account, accountName } from '../sql-text.ts';

export interface Session {
  readonly id: string;
  readonly user: string;
  /** Where the client is, without its port. */
  readonly from: string;
  readonly database: string;
}

const question = `SELECT ID, USER, HOST, COALESCE(DB, '') FROM information_schema.PROCESSLIST
  WHERE ID <> CONNECTION_ID() AND USER NOT IN ('system user', 'event_scheduler')
  AND COMMAND NOT IN ('Daemon', 'Binlog Dump')`;

export async function sessions(login: Login, signal?: AbortSignal): Promise<Result<readonly Session[], SqlTrouble>> {
  const answer = await ask({ login, sql: question, signal });
  if (!answer.ok) return answer;
  return ok(
    answer.value.map(([id, user, from, database]) => ({
      id: id ?? '',
      user: user ?? '',
      from: (from ?? '').replace(/:\d+$/, ''),
      database: database ?? '',
    })),
  );
}

/** A session that has ended meanwhile is no trouble: what counts is who is still there afterwards. */
export async function end(login: Login, found: readonly Session[], signal?: AbortSignal): Promise<void> {
  for (const { id } of found) await ask({ login, sql: `KILL HARD CONNECTION ${id}`, signal });
}

/**
 * Those that must go: of a shut account, or in the database and not of an account that may go on. The server does not
 * say which of several accounts of one name a session logged in as; it is the one with the most exact host.
 */
export function unwanted(
  found: readonly Session[],
  database: string,
  shut: readonly Account[],
  free: readonly Account[],
): readonly Session[] {
  return found.filter((session) => {
    const account = accountFor(session, [...shut, ...free]);
    if (account === undefined) return session.database === database;
    return shut.includes(account);
  });
}

export function accountFor({ user, from }: Session, accounts: readonly Account[]): Account | undefined {
  return accounts
    .filter((one) => one.user === user && hostMatches(one.host, from))
    .sort((a, b) => exactness(b.host) - exactness(a.host))[0];
}

function hostMatches(pattern: string, from: string): boolean {
  const source = pattern.replaceAll(/[\s\S]/g, (letter) =>
    letter === '%' ? '.*' : letter === '_' ? '.' : letter.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
  );
  return pattern.includes('/') ? true : new RegExp(`^${source}$`, 'i').test(from);
}

function exactness(pattern: string): number {
  const wild = pattern.search(/[%_]/);
  return wild < 0 ? 1_000 : wild;
}

export const sessionName = ({ id, user, from }: Session): string => `${id} (${accountName({ user, host: from })})`;
