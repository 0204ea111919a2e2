/**
 * delta-apply.mjs DATABASE FOLDER: brings what delta-export.mjs has written to FOLDER into DATABASE, in one transaction:
 * every touched row as it was in the cloud, or gone. Doing it again changes nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { literal, main, psql, Trouble } from './psql.mjs';

const [database, folder] = process.argv.slice(2);

function whole({ file, lines, sha256 }) {
  const path = join(folder, file);
  if (!existsSync(path)) throw new Trouble(`${path} is missing: export the delta again.`);
  const content = readFileSync(path);
  const is = createHash('sha256').update(content).digest('hex');
  const counted = content.filter((byte) => byte === 10).length;
  if (is !== sha256 || counted !== lines)
    throw new Trouble(`${path} is not what was exported (${counted} lines, should be ${lines}): export the delta again.`);
  return path;
}

function statements({ name, columns, key, keys, rows }) {
  const same = key.split(', ').map((column) => `t.${column} = k.${column}`);
  return `
create temp table delta_keys (key jsonb) on commit drop;
create temp table delta_rows on commit drop as select ${columns} from ${name} limit 0;
\\copy delta_keys from ${literal(whole(keys))}
\\copy delta_rows from ${literal(whole(rows))}
delete from ${name} where exists (select from delta_keys where key is null);
delete from ${name} t using (select r.* from delta_keys d, jsonb_populate_record(null::${name}, d.key) r
  where d.key is not null) k where ${same.join(' and ')};
insert into ${name} (${columns}) overriding system value select ${columns} from delta_rows;
do $check$ begin
  if (select count(*) from delta_rows) <> ${rows.lines} then raise exception '${name}: not all rows came in'; end if;
end $check$;
drop table delta_keys, delta_rows;`;
}

main(() => {
  const at = join(folder, 'manifest.json');
  if (!existsSync(at)) throw new Trouble(`There is no ${at}: export the delta first.`);
  const manifest = JSON.parse(readFileSync(at, 'utf8'));
  if (manifest.database !== database) throw new Trouble(`${folder} is of ${manifest.database}, not of ${database}.`);
  psql(
    database,
    [
      'set client_min_messages = warning;',
      'begin;',
      // Rows come as they stand: no trigger changes them, and their order does not matter to foreign keys.
      'set local session_replication_role = replica;',
      ...manifest.tables.map(statements),
      ...manifest.sequences.map(({ name, value }) => `\\o /dev/null\nselect setval(${literal(name)}, ${value});\n\\o`),
      'commit;',
    ].join('\n'),
  );
  for (const { name, rows, keys } of manifest.tables) console.log(`${name}: ${keys.lines} rows touched, ${rows.lines} in`);
});
