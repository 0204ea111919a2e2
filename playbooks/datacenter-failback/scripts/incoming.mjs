/**
 * The exported rows in temporary tables beside those of the old site, and what can be said about the two, as SQL.
 * In it `i` is an exported row and `t` the row with the same key.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, fileName, identifier, literal } from './psql.mjs';
import { sha256 } from './sha256.mjs';
import { describeTables } from './tables.mjs';

/** The manifest of an export whose files are what it says, byte for byte. */
export function readExport(folder) {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) fail(`There is no export in ${folder}`);
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  for (const { file, sha256: expected } of manifest.tables) {
    if (sha256(join(folder, file)) !== expected)
      fail(`${join(folder, file)} is not what was exported: its SHA-256 differs`);
  }
  return manifest;
}

/** The tables of the export as they stand at the old site. */
export function tablesAt(database, folder, { tables, changed }) {
  return tables.map((exported, at) => {
    const [own] = describeTables(database, exported.table, changed);
    const missing = exported.columns.filter((column) => !own.columns.includes(column));
    if (missing.length > 0)
      fail(`${database.where}: the table ${own.table} has no column ${missing.join(', ')}, which the new site has`);
    if (String(own.key) !== String(exported.key))
      fail(`${database.where}: the table ${own.table} has another primary key than at the new site`);
    return { ...exported, incoming: `incoming_${at}`, changed, path: join(folder, exported.file) };
  });
}

export const list = (columns, prefix = '') => columns.map((column) => `${prefix}${identifier(column)}`).join(', ');

export const load = ({ table, incoming, columns, path, rows }) => [
  `CREATE TEMP TABLE ${incoming} ON COMMIT DROP AS SELECT ${list(columns)} FROM ${table} WITH NO DATA;`,
  `\\copy ${incoming} (${list(columns)}) FROM ${fileName(path)} WITH (FORMAT csv, HEADER)`,
  refuse(
    `SELECT (SELECT count(*) FROM ${incoming}) AS n, '' AS which`,
    `n <> ${rows}`,
    `${table}: % of ${rows} exported rows were read%`,
  ),
];

const matched = ({ table, incoming, key }, join = 'JOIN') =>
  `FROM ${incoming} i ${join} ${table} t USING (${list(key)})`;

const content = ({ columns, key, changed }, prefix) => {
  const own = columns.filter((column) => column !== changed && !key.includes(column));
  return `ROW(${list(own, prefix)})::text`;
};
const differs = (table) => `${content(table, 'i.')} <> ${content(table, 't.')}`;
const column = ({ changed }, prefix) => `${prefix}.${identifier(changed)}`;

/** Rows that the old site has changed since the move too, to something else. */
export const bothChanged = (table, since) =>
  `${matched(table)} WHERE ${column(table, 't')} >= ${literal(since)} AND ${differs(table)}`;

/** How many rows are new, how many newer than the old site's, how many need nothing. */
export const tally = (table) => `SELECT json_build_object('table', ${literal(table.table)},
  'inserted', count(*) FILTER (WHERE t IS NULL),
  'updated', count(*) FILTER (WHERE ${column(table, 't')} < ${column(table, 'i')}),
  'unchanged', count(*) FILTER (WHERE ${column(table, 't')} >= ${column(table, 'i')})) ${matched(table, 'LEFT JOIN')};`;

export function upsert({ table, incoming, columns, key, changed }) {
  const others = columns.filter((name) => !key.includes(name));
  const set = others.map((name) => `${identifier(name)} = excluded.${identifier(name)}`).join(', ');
  return `INSERT INTO ${table} AS t (${list(columns)}) OVERRIDING SYSTEM VALUE SELECT ${list(columns)} FROM ${incoming}
  ON CONFLICT (${list(key)}) DO UPDATE SET ${set} WHERE t.${identifier(changed)} < excluded.${identifier(changed)};`;
}

/** Fails where an exported row is not at the old site, or only in an older version, or with other content. */
export function proof(table) {
  const [t, i] = [column(table, 't'), column(table, 'i')];
  const lost = `${t} IS NULL OR ${t} < ${i} OR (${t} = ${i} AND ${differs(table)})`;
  const message = `${table.table}: % exported rows are not at the old site as they were exported: %`;
  return refuse(keysOf(table, `${matched(table, 'LEFT JOIN')} WHERE ${lost}`), 'n > 0', message);
}

/** Count (`n`) and the first keys (`which`) of the rows that `from` finds. */
export const keysOf = ({ key }, from) =>
  `SELECT count(*) AS n, array_to_string((array_agg(${key.map((name) => `i.${identifier(name)}::text`).join(" || '/' || ")}))[1:5], ', ') AS which ${from}`;

/** An error, and so no commit, where what the query finds is as it may not be. */
export function refuse(query, condition, message) {
  return `DO $refuse$ DECLARE n bigint; which text; BEGIN
  SELECT found.n, found.which INTO n, which FROM (${query}) found;
  IF ${condition} THEN RAISE EXCEPTION ${literal(message)}, n, which; END IF; END $refuse$;`;
}
