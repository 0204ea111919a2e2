/**
 * delta-export.mjs DATABASE SINCE FOLDER: what was written to DATABASE since SINCE (RFC 3339), by the notes of
 * capture.sql, into the new folder FOLDER: of each table the keys that were touched, the rows that now have these keys,
 * and a manifest with counts and checksums. It appears under its name only when it is complete.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { literal, main, psql, Trouble } from './psql.mjs';

const [database, since, folder] = process.argv.slice(2);

const facts = `
select json_build_object(
  'captured', (select min(since) <= :'since'::timestamptz from backout.capture),
  'capturedSince', (select min(since) from backout.capture),
  'unnoted', (select coalesce(json_agg(c.oid::regclass::text), '[]') from pg_class c
    where relkind = 'r' and relpersistence = 'p' and relnamespace::regnamespace::text !~ '^(pg_.*|information_schema|backout)$'
    and not exists (select from pg_trigger where tgrelid = c.oid and tgname = 'backout_capture' and tgenabled = 'A')),
  'tables', (select coalesce(json_agg(json_build_object('name', relation,
    'columns', (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
      where attrelid = relation::regclass and attnum > 0 and not attisdropped and attgenerated = ''),
    'key', (select string_agg(quote_ident(attname), ', ' order by a.attnum) from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
      where i.indrelid = relation::regclass and indisprimary))), '[]')
    from (select distinct relation from backout.changes where at >= :'since'::timestamptz order by 1) t),
  'sequences', (select coalesce(json_agg(json_build_object(
    'name', format('%I.%I', schemaname, sequencename), 'value', last_value)), '[]')
    from pg_sequences where last_value is not null and schemaname <> 'backout'))`;

function copies({ name, columns, key }, n) {
  const notes = `select key from backout.changes where relation = ${literal(name)} and at >= ${literal(since)}`;
  const touched = `select ${key} from (select distinct n.key as noted from (${notes}) n where n.key is not null) k,
    jsonb_populate_record(null::${name}, k.noted)`;
  const rows = `select ${columns} from ${name}
    where exists (select from (${notes}) n where n.key is null) or (${key}) in (${touched})`;
  return [
    `\\copy (select distinct key from (${notes}) n) to ${literal(join(staged, `${n}.keys`))}`,
    `\\copy (${rows}) to ${literal(join(staged, `${n}.rows`))}`,
  ].map((copy) => copy.replaceAll(/\s+/g, ' '));
}

const staged = `${folder}.part`;

function described(name) {
  const content = readFileSync(join(staged, name));
  return { file: name, lines: content.filter((byte) => byte === 10).length, sha256: sha256(content) };
}
const sha256 = (content) => createHash('sha256').update(content).digest('hex');

main(() => {
  const found = JSON.parse(psql(database, facts, { variables: { since } }));
  if (!found.captured)
    throw new Trouble(`${database}: changes are noted only since ${found.capturedSince}, not since ${since}.`);
  if (found.unnoted.length > 0)
    throw new Trouble(`${database}: nobody has noted what changed in ${found.unnoted.join(', ')}.`);
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true, mode: 0o700 });
  const script = ['begin isolation level repeatable read read only;', ...found.tables.flatMap(copies), 'commit;'];
  psql(database, script.join('\n'));
  const tables = found.tables.map((table, n) => ({ ...table, keys: described(`${n}.keys`), rows: described(`${n}.rows`) }));
  const manifest = { database, since, tables, sequences: found.sequences };
  writeFileSync(join(staged, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(staged, folder);
  const sum = (of) => tables.reduce((all, table) => all + table[of].lines, 0);
  for (const { name, keys, rows } of tables) console.log(`${name}: ${keys.lines} rows touched, ${rows.lines} of them stand`);
  appendFileSync(process.env.BACKOUT_OUTPUT ?? '/dev/null', `touched=${sum('keys')}\nrows=${sum('rows')}\n`);
});
