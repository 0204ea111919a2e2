/**
 * import-writes.mjs FOLDER BOTH: puts the exported rows in FOLDER into the old site's database, in one transaction: all
 * or nothing. A row that is not there is added, an older one is replaced; done again, it finds nothing to do. Rows that
 * were changed at both sites since the move: BOTH is `stop` (nothing is done) or `newer` (the newer one stays, and what
 * it replaces is kept in FOLDER). Sequences go on after the highest number, and every row is compared at the end.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { bothChanged, keysOf, load, proof, readExport, refuse, tablesAt, tally, upsert } from './incoming.mjs';
import { fileName, literal, site } from './psql.mjs';

const [folder, both] = process.argv.slice(-2);
const manifest = readExport(folder);
const database = site('OLD', { write: true });
const tables = tablesAt(database, folder, manifest);

const conflicts = (table) => {
  const from = bothChanged(table, manifest.since);
  const message = `${table.table}: % rows were changed at both sites since ${manifest.since}, the old site is left as it was: %`;
  if (both === 'stop') return refuse(keysOf(table, from), 'n > 0', message);
  const kept = join(folder, `both-changed-${table.file}`);
  return `\\copy (SELECT t.* ${from}) TO ${fileName(kept)} WITH (FORMAT csv, HEADER)`;
};

const sequences = ({ table, columns }) =>
  columns.map((column) => {
    const sequence = `pg_get_serial_sequence(${literal(table)}, ${literal(column)})`;
    return `SELECT format('SELECT setval(%L, greatest(max(%I), (SELECT last_value FROM %s))) FROM %s HAVING max(%I) IS NOT NULL',
      ${sequence}, ${literal(column)}, ${sequence}, ${literal(table)}, ${literal(column)})
      WHERE ${sequence} IS NOT NULL \\gexec`;
  });

const script = [
  'BEGIN;',
  'SET LOCAL synchronous_commit = on;',
  ...tables.flatMap(load),
  ...tables.map(({ table }) => `LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE;`),
  ...tables.map(conflicts),
  ...tables.map(tally),
  ...tables.map(upsert),
  ...tables.map(proof),
  '\\o /dev/null',
  ...tables.flatMap(sequences),
  '\\o',
  'COMMIT;',
  '',
];

const tallies = database
  .ask(script.join('\n'))
  .split('\n')
  .map((line) => JSON.parse(line));
const sum = (name) => tallies.reduce((total, one) => total + one[name], 0);
for (const { table, inserted, updated, unchanged } of tallies)
  process.stdout.write(
    `${table}: ${inserted} added, ${updated} replaced by a newer version, ${unchanged} there already\n`,
  );
if (process.env.BACKOUT_OUTPUT)
  appendFileSync(
    process.env.BACKOUT_OUTPUT,
    ['inserted', 'updated', 'unchanged'].map((name) => `${name}=${sum(name)}\n`).join(''),
  );
