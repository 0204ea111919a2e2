/** Do two databases say the same? Schema and every row, whatever the pages look like. */
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { openImmutable } from './backup-file.ts';

export function sameContent(backup: string, database: string): boolean {
  const one = openImmutable(backup);
  const other = new DatabaseSync(database, { readOnly: true, timeout: 5_000 });
  try {
    return contentOf(one) === contentOf(other);
  } finally {
    one.close();
    other.close();
  }
}

function contentOf(database: DatabaseSync): string {
  const hash = createHash('sha256');
  const schema = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();
  for (const { type, name, sql } of schema) {
    hash.update(`${type}\0${name}\0${sql}\n`);
    const virtual = /^\s*CREATE\s+VIRTUAL/i.test(String(sql));
    if (type === 'table' && !virtual) addRows(database, String(name), hash);
  }
  return hash.digest('hex');
}

function addRows(database: DatabaseSync, table: string, hash: ReturnType<typeof createHash>): void {
  const rows = database.prepare(`SELECT * FROM "${table.replaceAll('"', '""')}"`);
  rows.setReadBigInts(true);
  rows.setReturnArrays(true);
  for (const row of rows.iterate()) {
    for (const value of Object.values(row)) {
      hash.update(value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value));
      hash.update(`\0${typeof value}\0`);
    }
  }
}
