/**
 * check-data.mjs DATABASE MANIFEST: is every row back? Compares every table with the manifest that was written when
 * the backup was taken. Exit 1 and one line for each difference where it is not.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fingerprint } from './fingerprint.mjs';

const [database, manifest] = process.argv.slice(-2);
const expected = JSON.parse(readFileSync(manifest, 'utf8')).database.tables;
const found = fingerprint(database);

const faults = [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((table) => {
  const [should, is] = [expected[table], found[table]];
  if (should === undefined) return [`table ${table}: not in the backup's manifest`];
  if (is === undefined) return [`table ${table}: not there, should have ${should.rows} rows`];
  if (is.rows !== should.rows) return [`table ${table}: ${is.rows} rows, should be ${should.rows}`];
  if (is.sha256 !== should.sha256) return [`table ${table}: ${is.rows} rows, but their content differs`];
  return [];
});

for (const [table, { rows, sha256 }] of Object.entries(found)) {
  process.stdout.write(`${table}: ${rows} rows, sha256 ${sha256.slice(0, 16)}\n`);
}
if (faults.length > 0) {
  process.stderr.write(`${database} is not what ${manifest} says:\n${faults.map((fault) => `  ${fault}\n`).join('')}`);
  process.exit(1);
}
