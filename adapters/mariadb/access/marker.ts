/**
 * What was found before access was first closed, kept until it is open again: in a table of the server itself, or in
 * a file. Owns: that it is durable before anything is closed, and never overwritten.
 */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { keep, type MarkerPlace, recall, type Trouble, trouble } from '../../support/access.ts';
import { type Marker, parseMarker, removeMarker } from '../../support/marker.ts';
import { ask } from '../client.ts';
import { writeDurably } from '../durable-sql.ts';
import type { ServerFacts } from '../facts.ts';
import { value } from '../sql-text.ts';
import type { Order } from './input.ts';

const accounts = z.array(z.string());
const previous = z.strictObject({ open: accounts, locked: accounts });
/** Accounts by name, as they were before the first closing. */
export interface Previous {
  readonly [list: string]: string[];
  readonly open: string[];
  readonly locked: string[];
}

const adapter = 'mariadb/access';
const what = ({ database }: Order): string => `database ${database}`;
const table = 'backout.access';

function filePlace(order: Order, path: string): MarkerPlace<Previous> {
  return { path, adapter, what: what(order), previous };
}

/** Undefined: there is none. */
export async function recallPrevious(order: Order): Promise<Result<Previous | undefined, Trouble>> {
  if (order.marker !== null) return recall(filePlace(order, order.marker));
  const { login, database } = order;
  const answer = await ask({ login, sql: `SELECT document FROM ${table} WHERE name = ${value(database)}` });
  if (!answer.ok) return answer.error.code === 1049 || answer.error.code === 1146 ? ok(undefined) : answer;
  const document = answer.value[0]?.[0];
  return document === undefined || document === null ? ok(undefined) : understood(order, document);
}

/** What counts from now on: `found`, or what an earlier closing has kept. */
export async function keepPrevious(
  order: Order,
  server: ServerFacts,
  found: Previous,
  key: string,
): Promise<Result<Previous, Trouble>> {
  if (order.marker !== null) return keep(filePlace(order, order.marker), found, key);
  const closedAt = new Date().toISOString();
  const document: Marker = {
    schema: 'backout/access-marker/v1',
    adapter,
    what: what(order),
    previous: found,
    closedAt,
    key,
  };
  const sql = `CREATE DATABASE IF NOT EXISTS backout CHARACTER SET utf8mb4;
CREATE TABLE IF NOT EXISTS ${table} (name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, document LONGTEXT NOT NULL) ENGINE=InnoDB;
INSERT IGNORE INTO ${table} VALUES (${value(order.database)}, ${value(JSON.stringify(document))})`;
  const written = await writeDurably(order.login, server, sql);
  if (!written.ok) {
    const remedy = `Nothing was changed. Let the account make the schema backout, or name a file in \`marker\`. ${written.error.remedy}`;
    return err({ ...written.error, reason: `The marker could not be kept: ${written.error.reason}`, remedy });
  }
  const standing = await recallPrevious(order);
  if (!standing.ok) return standing;
  return standing.value === undefined
    ? trouble('The marker is gone again', 'Somebody else removes it; see who.')
    : ok(standing.value);
}

export async function dropPrevious(order: Order, server: ServerFacts): Promise<Result<null, Trouble>> {
  if (order.marker !== null) {
    removeMarker(order.marker);
    return ok(null);
  }
  return writeDurably(order.login, server, `DELETE FROM ${table} WHERE name = ${value(order.database)}`);
}

function understood(order: Order, document: string): Result<Previous, Trouble> {
  const where = `${table}, ${what(order)}`;
  const mend = `Look at it; when it is worthless, DELETE FROM ${table} WHERE name = '${order.database}', and name the accounts that are to be open in \`previous\`.`;
  const parsed = parseMarker(document, where);
  if (!parsed.ok) return trouble(`Marker ${parsed.error}`, mend);
  const kept = z.safeParse(previous, parsed.value.previous);
  return kept.success ? ok(kept.data) : trouble(`Marker ${where}: it does not say which accounts were open`, mend);
}

/** For messages: where the marker is. */
export const markerName = ({ marker, database }: Order): string => marker ?? `${table} (${database})`;
