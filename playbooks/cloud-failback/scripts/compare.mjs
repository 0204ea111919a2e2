/**
 * compare.mjs DATABASE: is all there? Counts and checksums every table here (PGHOST, …) and in the cloud (CLOUD_PGHOST,
 * …), each on its own server, and compares them and the sequences. Exit 1 and one line for each difference.
 */
import process from 'node:process';
import { literal, main, psql, Trouble } from './psql.mjs';

const [database] = process.argv.slice(2);
const cloud = Object.fromEntries(
  ['PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD'].map((name) => [name, process.env[`CLOUD_${name}`]]),
);

/** Values are written in one way only, whatever a server, database or role is set to. */
const oneWay = `set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set timezone = 'UTC';
set bytea_output = 'hex'; set extra_float_digits = 1; set search_path = pg_catalog;`;
const ours = `!~ '^(pg_.*|information_schema|backout)$'`;

function fingerprint(env) {
  const tables = psql(
    database,
    `${oneWay} select c.oid::regclass from pg_class c
     where relkind = 'r' and relpersistence = 'p' and relnamespace::regnamespace::text ${ours}`,
    { env },
  );
  const each = tables.split('\n').filter((name) => name !== '').map(
    (name) => `select ${literal(name)}, count(*) || ' rows, checksum ' ||
      coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0) from ${name} t`,
  );
  const sequences = `select format('%I.%I', schemaname, sequencename), 'at ' || coalesce(last_value::text, 'its start')
    from pg_sequences where schemaname ${ours}`;
  const lines = psql(database, `${oneWay} \\pset fieldsep '\\t'\n${[...each, sequences].join('\nunion all ')};`, { env });
  return new Map(lines.split('\n').filter(Boolean).map((line) => line.split('\t')));
}

main(() => {
  const here = fingerprint(process.env);
  const there = fingerprint({ ...process.env, ...cloud });
  const differing = [...new Set([...here.keys(), ...there.keys()])].filter((name) => here.get(name) !== there.get(name));
  for (const [name, what] of here) console.log(`${name}: ${what}`);
  if (there.size === 0) throw new Trouble(`${database} in the cloud has no table.`);
  if (differing.length === 0) return;
  const said = (of, name) => of.get(name) ?? 'nothing';
  const lines = differing.map((name) => `  ${name}: here ${said(here, name)}; in the cloud ${said(there, name)}`);
  throw new Trouble(`${database} is not what it is in the cloud:\n${lines.join('\n')}`);
});
