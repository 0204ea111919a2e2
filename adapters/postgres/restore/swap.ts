/**
 * The swap: one transaction that gives the new database all that belongs to the old one as a whole (privileges,
 * settings, limit, comment and with it the marker of a closed access), ends the sessions, and renames both. Stopped
 * at any moment, either nothing of it has happened or all of it.
 */
import type { Result } from '../../../src/kernel/result.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { lookAt, unchanged } from '../server/database-state.ts';
import type { Client } from '../server/login.ts';
import { restoredNote } from '../server/note.ts';
import { inTransaction } from '../server/psql.ts';
import { identifier, literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';
import { inherit } from './inherit.ts';
import type { Names } from './names.ts';

export interface Swap {
  readonly client: Client;
  readonly database: string;
  readonly names: Names;
  readonly key: string;
}

/** A rename waits 5 s for sessions to end, and new ones wait for it. */
const tries = 6;

export async function swap(at: Swap, report: Report): Promise<void> {
  const { database, names } = at;
  for (let tried = 1; ; tried += 1) {
    const done = await swapOnce(at);
    if (done.ok) break;
    const { reason, remedy, said } = done.error;
    const again = /being accessed by other users|changed by somebody else|deadlock/.test(reason);
    if (!again || tried === tries)
      throw new WorkFailed(
        `${names.fresh} could not take the place of ${database}: ${reason}.\n${said}`,
        `${database} was not touched; ${names.fresh} is complete, and used by the next attempt. ${again ? 'Stop what logs in to it again and again.' : remedy}`,
      );
    report.line(`${database} is still in use; trying again.`);
  }
  report.line(`Renamed ${names.fresh} to ${database}.`);
}

async function swapOnce(at: Swap): Promise<Result<string, Trouble>> {
  const { client, database, names, key } = at;
  const old = await lookAt(client, database);
  if (!old.ok) return old;
  const to = (name: string, target: string) => `ALTER DATABASE ${identifier(name)} RENAME TO ${identifier(target)}`;
  const note = (text: string | null) =>
    `COMMENT ON DATABASE ${identifier(names.fresh)} IS ${text === null ? 'NULL' : literal(text)}`;
  if (old.value === undefined)
    return inTransaction(client, [
      `GRANT CONNECT, TEMPORARY ON DATABASE ${identifier(names.fresh)} TO PUBLIC`,
      note(restoredNote(key)),
      endAll(names.fresh),
      to(names.fresh, database),
    ]);
  const { state } = old.value;
  return inTransaction(client, [
    unchanged(database, old.value),
    ...inherit(names.fresh, state),
    note(state.comment),
    endAll(database, names.fresh),
    to(database, names.old),
    to(names.fresh, database),
    ...(state.allowConnections ? [] : [`ALTER DATABASE ${identifier(database)} ALLOW_CONNECTIONS false`]),
  ]);
}

const endAll = (...databases: readonly string[]): string =>
  `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname IN (${databases.map(literal).join(', ')}) AND pid <> pg_backend_pid()`;
