/** SQLite databases, and another process that holds one open. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { closeAfterTest } from './servers.ts';

export type JournalMode = 'delete' | 'wal';

/** A database with `rows` orders, all of them saying `note`. */
export function makeDatabase(
  file: string,
  rows: number,
  note: string,
  mode: JournalMode = 'delete',
  pageSize = 4_096,
): void {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = ${mode}`);
  database.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT)');
  fill(database, rows, note);
  database.close();
}

export function fill(database: DatabaseSync, rows: number, note: string): void {
  database.exec('BEGIN');
  const insert = database.prepare('INSERT INTO orders (note) VALUES (?)');
  for (let n = 0; n < rows; n += 1) insert.run(note);
  database.exec('COMMIT');
}

/** `5000 good`: how many orders there are, and what they say; its own words where it cannot be read. */
export function said(file: string): string {
  const database = new DatabaseSync(file);
  try {
    return summary(database);
  } finally {
    database.close();
  }
}

export const summarySql = "SELECT count(*) || ' ' || group_concat(DISTINCT note) FROM orders";

export function summary(database: DatabaseSync): string {
  const row = database.prepare(summarySql).get() ?? {};
  return String(Object.values(row)[0]);
}

export function integrity(file: string): string {
  const database = new DatabaseSync(file);
  const row = database.prepare('PRAGMA integrity_check').get() ?? {};
  database.close();
  return String(Object.values(row)[0]);
}

export interface Holder {
  readonly pid: number;
  /** The first value of a query's first row. */
  ask(sql: string): Promise<unknown>;
  leave(): Promise<void>;
}

/** Another process that has `file` open, and has read from it. */
export async function holder(file: string): Promise<Holder> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('reader.mjs', import.meta.url)), file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (sql: string): Promise<unknown> => {
    child.stdin.write(`${sql}\n`);
    return JSON.parse(String((await lines.next()).value));
  };
  const leave = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin.end();
    await once(child, 'exit');
  };
  closeAfterTest(leave);
  await ask(summarySql);
  return { pid: child.pid ?? 0, ask, leave };
}
