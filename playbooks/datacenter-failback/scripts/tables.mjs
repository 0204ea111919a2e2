/** What the tables of a database are: columns, primary key, and the column that says when a row was changed. */
import { fail } from './psql.mjs';

const question = `
SELECT json_build_object('table', format('%I.%I', n.nspname, c.relname),
  'columns', (SELECT json_agg(attname ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
  'key', (SELECT json_agg(a.attname ORDER BY k.place) FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
    JOIN pg_attribute a ON a.attnum = k.attnum WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(:'name')`;

/** `names`: `orders,sales.lines`, in the order in which rows are put in: those that others refer to first. */
export function describeTables(database, names, changed) {
  const wanted = names.split(',').map((name) => name.trim());
  return wanted.map((name) => {
    const answer = database.ask(`${question};`, { name });
    if (answer === '') return fail(`${database.where} has no table ${name}`);
    const { table, columns, key } = JSON.parse(answer);
    if (key === null) return fail(`${database.where}: the table ${table} has no primary key`);
    if (!columns.includes(changed)) return fail(`${database.where}: the table ${table} has no column ${changed}`);
    return { table, columns, key };
  });
}
