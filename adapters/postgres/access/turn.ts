/**
 * Closes and opens logins. Owns: the marker of what was found, which is written in the transaction that closes and
 * removed after the proof that it is open; every piece of it may be done again. The marker is never overwritten.
 */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type DatabaseState, lookAt, type Seen, unchanged } from '../server/database-state.ts';
import { connectGrants, grantAll, isClosed, revokeAll, sameGrants } from '../server/grants.ts';
import { type Client, serverOf } from '../server/login.ts';
import { accessMarkerIn, accessNote } from '../server/note.ts';
import { inTransaction } from '../server/psql.ts';
import { identifier, literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';
import { foundClosed, onlyOwnerIn, whatIsOpen } from './found-closed.ts';
import type { Input } from './input.ts';
import { type Logins, letInBy, loginsTo, mayLogIn } from './logins.ts';
import { markerOf, type Previous, previousAsTold, previousIn, previousOf } from './previous.ts';
import { proveClosed, proveOpen } from './proof.ts';
import { endSessions, remainingSessions } from './sessions.ts';

export interface Turned {
  readonly detail: string;
  /** Sessions that were ended. */
  readonly ended: number;
}
type Turning = Promise<Result<Turned, Trouble>>;

export interface Found extends Seen {
  /** Null: no marker is there. */
  readonly marked: Previous | null;
  readonly logins: Logins;
}

export async function find(client: Client, { database, except = [] }: Input): Promise<Result<Found, Trouble>> {
  const seen = await lookAt(client, database);
  if (!seen.ok) return seen;
  if (seen.value === undefined)
    return trouble(`there is no database ${database} on ${serverOf(client.login)}`, 'Correct `database`.');
  const marker = accessMarkerIn(seen.value.state.comment, database);
  if (!marker.ok) return trouble(marker.error, repair);
  const logins = await loginsTo(client, database, except);
  if (!logins.ok) return logins;
  const found = { ...seen.value, logins: logins.value };
  if (marker.value === undefined) return ok({ ...found, marked: null });
  const marked = previousIn(marker.value, database);
  return marked.ok ? ok({ ...found, marked: marked.value }) : trouble(marked.error, repair);
}

const repair =
  'Put the comment back as backout wrote it, or clear it with COMMENT ON DATABASE … IS NULL and say in `previous` what open means.';

export async function close(client: Client, asked: Input, key: string): Turning {
  const { database, except = [] } = asked;
  const found = await find(client, asked);
  if (!found.ok) return found;
  const { state, marked, logins } = found.value;
  const told = asked.previous === undefined ? null : previousAsTold(asked.previous, state);
  const wasClosed = foundClosed(found.value, except);
  if (marked === null && told === null && wasClosed) return err(whatIsOpen(asked, state));
  const before = (wasClosed ? told : null) ?? previousOf(state);
  const note = accessNote(markerOf(database, before, key, new Date()));
  const closed = await inTransaction(client, [
    unchanged(database, found.value),
    ...(marked === null ? [commentOn(database, note)] : []),
    ...revokeAll(database, connectGrants(state.grants)),
    ...letInBy(logins, except).map(
      (role) => `GRANT CONNECT ON DATABASE ${identifier(database)} TO ${identifier(role)}`,
    ),
  ]);
  if (!closed.ok) return closed;
  const ended = await endSessions(client, database, asked.within);
  if (!ended.ok) return afterClosing(ended.error, database);
  const proven = await proveClosed(client, asked);
  if (!proven.ok) return proven;
  const left = await remainingSessions(client, database);
  return left.ok ? ok(closedAs(asked, ended.value, proven.value, left.value)) : left;
}

function closedAs(asked: Input, ended: number, logins: Logins, left: readonly string[]): Turned {
  const may = mayLogIn(logins, asked.except);
  const inIt = left.length === 0 ? '' : `; still in it: ${left.join(', ')}`;
  const sessions = ended === 1 ? '1 session' : `${ended} sessions`;
  return {
    detail: `${asked.database} is closed; ${sessions} ended; can still log in: ${may}${inIt}`,
    ended,
  };
}

const afterClosing = (error: Trouble, database: string): Result<never, Trouble> =>
  err({ ...error, reason: `new logins to ${database} are refused, but ${error.reason}` });

export async function open(client: Client, asked: Input): Turning {
  const { database } = asked;
  const found = await find(client, asked);
  if (!found.ok) return found;
  const { state, marked } = found.value;
  if (marked === null && !isClosed(state, asked.except ?? []))
    return ok({ detail: `${database} was open already: nothing was done${forOwner(found.value)}`, ended: 0 });
  const told = asked.previous === undefined ? null : previousAsTold(asked.previous, state);
  const before = marked ?? told;
  if (before === null) return err(whatIsOpen(asked, state));
  const opened = await inTransaction(client, [
    unchanged(database, found.value),
    ...revokeAll(database, connectGrants(state.grants)),
    ...grantAll(database, state.owner, before.connect),
    ...limits(database, before, state),
  ]);
  if (!opened.ok) return opened;
  const proven = await prove(client, database, before);
  if (!proven.ok) return proven;
  const removed = await inTransaction(client, [commentOn(database, before.comment)]);
  if (!removed.ok) return removed;
  const untried = proven.value === null ? '' : ` (not proven by a login of our own: ${proven.value})`;
  return ok({ detail: `${database} is open, as it was before${untried}`, ended: 0 });
}

/** It may have been opened so a moment ago, or be closed by hand: nothing tells, so that it is said. */
const forOwner = (found: Found): string =>
  onlyOwnerIn(found) ? `; but only its owner ${found.state.owner} and superusers can log in` : '';

function limits(database: string, before: Previous, state: DatabaseState): readonly string[] {
  const same = before.allowConnections === state.allowConnections && before.connectionLimit === state.connectionLimit;
  const wanted = `ALLOW_CONNECTIONS ${before.allowConnections} CONNECTION LIMIT ${before.connectionLimit}`;
  return same ? [] : [`ALTER DATABASE ${identifier(database)} WITH ${wanted}`];
}

async function prove(client: Client, database: string, before: Previous): Promise<Result<string | null, Trouble>> {
  const seen = await lookAt(client, database);
  if (!seen.ok) return seen;
  const now = seen.value === undefined ? null : previousOf(seen.value.state);
  const same =
    now !== null &&
    sameGrants(now.connect, before.connect) &&
    now.allowConnections === before.allowConnections &&
    now.connectionLimit === before.connectionLimit;
  if (!same)
    return trouble(`the server did not put access to ${database} back as it was`, 'See its privileges: \\l in psql.');
  return proveOpen(client, database);
}

const commentOn = (database: string, comment: string | null): string =>
  `COMMENT ON DATABASE ${identifier(database)} IS ${comment === null ? 'NULL' : literal(comment)}`;

function trouble(reason: string, remedy: string): Result<never, Trouble> {
  return err({ reason, remedy, said: '' });
}
