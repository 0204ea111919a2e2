/**
 * What attempts have begun, in the server itself (schema `backout`, table `restores`), so that the next attempt finds
 * it wherever it runs. A row is durable before what it tells of is done:
 *   staging   a schema is being filled beside; worth nothing, to be removed
 *   swapping  the copy is whole and proven; from here on the swap goes forward, by whoever comes next
 *   done      all of it; kept as the memory of what the old views, triggers, routines and events were
 */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { ask } from '../client.ts';
import { writeDurably } from '../durable-sql.ts';
import type { ServerFacts } from '../facts.ts';
import type { Login } from '../login.ts';
import { value } from '../sql-text.ts';

const script = z.string();
const programs = z.strictObject({ triggers: script, routines: script, views: script, events: script });
export type Programs = Readonly<z.infer<typeof programs>>;

const swap = z.strictObject({
  oldTables: z.array(z.string()),
  newTables: z.array(z.string()),
  /** Of the database as it was, as far as they could be read. */
  oldPrograms: programs,
  newPrograms: programs,
  /** What stands in the copy: views, routines and triggers, counted. */
  counted: z.strictObject({ views: z.number(), routines: z.number(), triggers: z.number() }),
  /** What stood in the database. */
  oldCounted: z.strictObject({ triggers: z.number(), events: z.number() }),
  /** GRANT statements for routines, which lose their rights when they are made anew. */
  grants: z.array(z.string()),
});
export type Swap = Readonly<z.infer<typeof swap>>;

const document = z.strictObject({
  staged: z.string(),
  before: z.string(),
  loader: z.string(),
  swap: z.nullable(swap),
});
export type Document = Readonly<z.infer<typeof document>>;

export interface Row extends Document {
  readonly key: string;
  readonly phase: 'staging' | 'swapping' | 'done';
}

const table = 'backout.restores';
const made = `CREATE DATABASE IF NOT EXISTS backout CHARACTER SET utf8mb4;
CREATE TABLE IF NOT EXISTS ${table} (name VARCHAR(64) NOT NULL, attempt VARCHAR(80) NOT NULL, phase VARCHAR(16) NOT NULL,
  document LONGTEXT NOT NULL, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (name, attempt)) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;`;

export interface Ground {
  readonly login: Login;
  readonly server: ServerFacts;
  readonly database: string;
}

/** Oldest first. */
export async function rowsFor({
  login,
  database,
}: Pick<Ground, 'login' | 'database'>): Promise<Result<readonly Row[], Trouble>> {
  const sql = `SELECT attempt, phase, document FROM ${table} WHERE name = ${value(database)} ORDER BY at, attempt`;
  const answer = await ask({ login, sql });
  if (!answer.ok) return answer.error.code === 1049 || answer.error.code === 1146 ? ok([]) : err(answer.error);
  const rows: Row[] = [];
  for (const [key, phase, text] of answer.value) {
    const row = parseRow(key ?? '', phase ?? '', text ?? '');
    if (row === undefined)
      return trouble(
        `The record of attempt ${key} in ${table} cannot be read`,
        `Look at it; when it is worthless: DELETE FROM ${table} WHERE attempt = '${key}'.`,
      );
    rows.push(row);
  }
  return ok(rows);
}

function parseRow(key: string, phase: string, text: string): Row | undefined {
  if (phase !== 'staging' && phase !== 'swapping' && phase !== 'done') return undefined;
  try {
    const parsed = z.safeParse(document, JSON.parse(text));
    return parsed.success ? { ...parsed.data, key, phase } : undefined;
  } catch {
    return undefined;
  }
}

export function writeRow(ground: Ground, { key, phase, ...rest }: Row): Promise<Result<null, Trouble>> {
  const text = value(JSON.stringify(rest));
  const sql = `${made} INSERT INTO ${table} (name, attempt, phase, document)
    VALUES (${value(ground.database)}, ${value(key)}, ${value(phase)}, ${text})
    ON DUPLICATE KEY UPDATE phase = VALUES(phase), document = VALUES(document)`;
  return writeDurably(ground.login, ground.server, sql);
}

export function removeRow({ login, server, database }: Ground, { key }: Row): Promise<Result<null, Trouble>> {
  const sql = `DELETE FROM ${table} WHERE name = ${value(database)} AND attempt = ${value(key)}`;
  return writeDurably(login, server, sql);
}
