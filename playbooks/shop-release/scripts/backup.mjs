#!/usr/bin/env node
/**
 * backup.mjs SHOP BACKUP: takes the backup that the playbook restores from, into the new folder BACKUP:
 *   shop.db           a consistent copy of the database, taken while the shop runs
 *   uploads.tar.gz    the uploaded files
 *   uploads.sha256    their checksums, as `sha256sum` writes them
 *   manifest.json     when, which release, rows and checksum of every table, checksums of the two files above
 * The folder appears under its name only when it is complete.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { fingerprint } from './fingerprint.mjs';

const [shop, target] = process.argv.slice(2);
if (shop === undefined || target === undefined) {
  process.stderr.write('usage: backup.mjs SHOP BACKUP\n');
  process.exit(2);
}
const staged = `${target}.part`;
const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

mkdirSync(staged, { recursive: true });

const database = new DatabaseSync(join(shop, 'shop.db'));
database.prepare('VACUUM INTO ?').run(join(staged, 'shop.db'));
database.close();

const uploads = join(shop, 'uploads');
const files = globSync('**/*', { cwd: uploads }).filter((name) => statSync(join(uploads, name)).isFile());
writeFileSync(
  join(staged, 'uploads.sha256'),
  files.sort().map((name) => `${sha256(join(uploads, name))}  ${name}\n`).join(''),
);
execFileSync('tar', ['-C', uploads, '-czf', join(staged, 'uploads.tar.gz'), '.']);

const manifest = {
  takenAt: new Date().toISOString(),
  release: JSON.parse(readFileSync(join(shop, 'current/release.json'), 'utf8')).version,
  database: { sha256: sha256(join(staged, 'shop.db')), tables: fingerprint(join(staged, 'shop.db')) },
  uploads: { sha256: sha256(join(staged, 'uploads.tar.gz')), files: files.length },
};
writeFileSync(join(staged, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
renameSync(staged, target);
process.stdout.write(`${JSON.stringify(manifest.database.tables)}\n`);
