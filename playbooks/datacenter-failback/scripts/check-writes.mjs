/** check-writes.mjs FOLDER: is every exported row in FOLDER at the old site, as it was exported or newer? Changes nothing. */
import process from 'node:process';
import { load, proof, readExport, tablesAt } from './incoming.mjs';
import { site } from './psql.mjs';

const [folder] = process.argv.slice(-1);
const manifest = readExport(folder);
const database = site('OLD', { write: true });
const tables = tablesAt(database, folder, manifest);

database.ask(['BEGIN;', ...tables.flatMap(load), ...tables.map(proof), 'ROLLBACK;', ''].join('\n'));
for (const { table, rows } of tables) process.stdout.write(`${table}: all ${rows} exported rows are at the old site\n`);
