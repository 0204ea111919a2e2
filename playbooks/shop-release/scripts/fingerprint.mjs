/** What a SQLite database holds, in a form that can be compared: rows and a SHA-256 of every table's content. */
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

/** @returns {{ [table: string]: { rows: number, sha256: string } }} */
export function fingerprint(file) {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    return Object.fromEntries(tables.map(({ name }) => [name, contentOf(database, name)]));
  } finally {
    database.close();
  }
}

function contentOf(database, table) {
  const columns = database.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all(table);
  const hash = createHash('sha256');
  let rows = 0;
  // `quote` writes every value of every type in one way only.
  const values = columns.map(({ name }) => `quote(${quoted(name)})`).join(" || '|' || ");
  const statement = `SELECT ${values} AS line FROM ${quoted(table)} ORDER BY 1`;
  for (const { line } of database.prepare(statement).iterate()) {
    hash.update(`${line}\n`);
    rows += 1;
  }
  return { rows, sha256: hash.digest('hex') };
}
