/**
 * export-writes.mjs FOLDER TABLES SINCE CHANGED: writes every row of TABLES at the new site whose column CHANGED is
 * SINCE or later into the new folder FOLDER, all from one moment: a CSV file for each table, and manifest.json with rows
 * and SHA-256 of each. It changes nothing in the database, so it may be tried at any time. FOLDER appears only whole.
 */
import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fail, fileName, identifier, literal, site } from './psql.mjs';
import { sha256 } from './sha256.mjs';
import { describeTables } from './tables.mjs';

const [folder, names, since, changed] = process.argv.slice(-4);
const database = site('NEW');
const staged = `${folder}.part`;
const list = (columns) => columns.map(identifier).join(', ');

const tables = describeTables(database, names, changed).map((one) => ({
  ...one,
  file: `${one.table.replaceAll(/[^\w.]/g, '_')}.csv`,
}));
rmSync(staged, { recursive: true, force: true });
// The rows are those of users.
mkdirSync(staged, { recursive: true, mode: 0o700 });

const undated = tables.map(
  ({ table }) => `SELECT ${literal(table)} FROM ${table} WHERE ${identifier(changed)} IS NULL LIMIT 1;`,
);
const without = database.ask(undated.join('\n'));
if (without !== '')
  fail(
    `${database.where}: nobody can tell whether rows are newer than the move, for their ${changed} is NULL: ${without.replaceAll('\n', ', ')}`,
  );

const counts = database.ask(
  [
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;',
    ...tables.flatMap(({ table, columns, key, file }) => {
      const newer = `FROM ${table} WHERE ${identifier(changed)} >= ${literal(since)}`;
      return [
        `SELECT count(*) ${newer};`,
        `\\copy (SELECT ${list(columns)} ${newer} ORDER BY ${list(key)}) TO ${fileName(join(staged, file))} WITH (FORMAT csv, HEADER)`,
      ];
    }),
    'COMMIT;',
    '',
  ].join('\n'),
);

const rows = counts.split('\n').map(Number);
const written = tables.map((one, at) => ({ ...one, rows: rows[at], sha256: sha256(join(staged, one.file)) }));
const manifest = { exportedAt: new Date().toISOString(), from: database.where, since, changed, tables: written };
writeFileSync(join(staged, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const { file } of [...written, { file: 'manifest.json' }]) sync(join(staged, file));
sync(staged);
rmSync(folder, { recursive: true, force: true });
renameSync(staged, folder);
sync(dirname(folder));

const all = written.reduce((sum, table) => sum + table.rows, 0);
for (const table of written)
  process.stdout.write(`${table.table}: ${table.rows} rows, sha256 ${table.sha256.slice(0, 16)}\n`);
process.stdout.write(`${all} rows since ${since} are in ${folder}\n`);
if (process.env.BACKOUT_OUTPUT)
  appendFileSync(
    process.env.BACKOUT_OUTPUT,
    `folder=${folder}\nrows=${all}\nmanifest=${sha256(join(folder, 'manifest.json'))}\n`,
  );

function sync(path) {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
