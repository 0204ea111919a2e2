/** A shop's database, dumps of it in every form, and what was done to it since. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Postgres } from '../../rig/servers/postgres.ts';

export const key = 'run1-restore-1';

const made = `
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE TABLE orders (id int PRIMARY KEY, note text, made timestamptz DEFAULT now());
CREATE TABLE lines (id serial PRIMARY KEY, of int REFERENCES orders, what text);
CREATE TABLE "we ird" (x int GENERATED ALWAYS AS IDENTITY, "\\connect other" text);
CREATE VIEW open_orders AS SELECT * FROM orders WHERE note IS NULL;
CREATE MATERIALIZED VIEW per_day AS SELECT made::date, count(*) FROM orders GROUP BY 1;
INSERT INTO orders SELECT g, 'note' FROM generate_series(1, 1000) g;
CREATE TABLE notes (note text);
INSERT INTO notes VALUES ('-- Name: x; Type: TABLE; Schema: public; Owner: nobody'), ('\\connect x'), ('GRANT a TO nobody;');
INSERT INTO lines (of, what) SELECT id, 'line' FROM orders;
REFRESH MATERIALIZED VIEW per_day;
ALTER TABLE orders OWNER TO app; GRANT SELECT ON lines TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT SELECT ON TABLES TO "re ader";`;

/** Dumps as files and folders in `folder`. */
export function dumpAll({ run }: Postgres, folder: string, database: string): void {
  mkdirSync(folder, { recursive: true });
  run('pg_dump', ['-Fc', '-f', join(folder, 'c.dump'), database]);
  run('pg_dump', ['-Fd', '-f', join(folder, 'folder'), database]);
  run('pg_dump', ['-Fd', '-Z0', '-f', join(folder, 'plain-folder'), database]);
  run('pg_dump', ['-f', join(folder, 'dump.sql'), database]);
  const sql = readFileSync(join(folder, 'dump.sql'));
  writeFileSync(join(folder, 'dump.sql.gz'), gzipSync(sql));
  writeFileSync(join(folder, 'dump.sql.zst'), zstdCompressSync(sql));
}

/** The roles, the database `shop` as it was when its dumps were made in `folder`. */
export function makeShop(server: Postgres, folder: string): void {
  server.sql('postgres', 'CREATE ROLE app LOGIN PASSWORD \'app-secret\'; CREATE ROLE reader; CREATE ROLE "re ader"');
  server.sql('postgres', 'CREATE DATABASE source OWNER app');
  server.sql('source', made);
  dumpAll(server, folder, 'source');
}

/** A database that has gone wrong, with all that belongs to it as a whole. */
export function breakShop({ sql }: Postgres, database: string): void {
  const name = `"${database.replaceAll('"', '""')}"`;
  sql('postgres', `CREATE DATABASE ${name} OWNER app TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`);
  sql(database, 'CREATE TABLE orders (id int); CREATE TABLE broken ()');
  const statements = [
    `ALTER DATABASE ${name} SET search_path TO "$user", public, "Odd, one"`,
    `ALTER DATABASE ${name} SET work_mem TO '7MB'`,
    `ALTER DATABASE ${name} SET shop.mode TO 'it''s \\ on'`,
    `ALTER ROLE app IN DATABASE ${name} SET statement_timeout TO '5min'`,
    `ALTER DATABASE ${name} CONNECTION LIMIT 23`,
    `COMMENT ON DATABASE ${name} IS 'The shop''s'`,
    `REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`,
    `GRANT CREATE ON DATABASE ${name} TO reader WITH GRANT OPTION`,
  ];
  sql('postgres', statements.join(';'));
}

/** All that belongs to a database as a whole. */
export const wholeOf = ({ sql }: Postgres, database: string): string =>
  sql(
    'postgres',
    `SELECT pg_get_userbyid(datdba), encoding, datcollate, datctype, datconnlimit, datallowconn, shobj_description(oid, 'pg_database'),
      ARRAY(SELECT x::text FROM unnest(coalesce(datacl, acldefault('d', datdba))) x ORDER BY 1),
      ARRAY(SELECT setrole::regrole::text || setconfig::text FROM pg_db_role_setting WHERE setdatabase = d.oid ORDER BY 1)
     FROM pg_database d WHERE datname = '${database.replaceAll("'", "''")}'`,
  );

/** `1000 orders, 1000 lines`; what the server says where they are not there. */
export function contentOf({ sql }: Postgres, database: string): string {
  try {
    return sql(database, "SELECT count(*) || ' orders, ' || (SELECT count(*) FROM lines) || ' lines' FROM orders");
  } catch {
    return 'broken';
  }
}

/** All databases but the server's own. */
export const databases = ({ sql }: Postgres): readonly string[] =>
  sql(
    'postgres',
    "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1', 'source') ORDER BY 1",
  )
    .split('\n')
    .filter((name) => name !== '');

export function dropAll(server: Postgres): void {
  const commands = databases(server).flatMap((name) => [
    '-c',
    `DROP DATABASE "${name.replaceAll('"', '""')}" WITH (FORCE)`,
  ]);
  if (commands.length > 0) server.run('psql', ['-Xq', ...commands, 'postgres']);
}
