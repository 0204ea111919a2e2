/** Worlds of the adapters of MariaDB: one server for all of them, started when the first needs it. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { adapter as access } from '../../adapters/mariadb/access/index.ts';
import { adapter as query } from '../../adapters/mariadb/query/index.ts';
import { adapter as restore } from '../../adapters/mariadb/restore/index.ts';
import { lineServer } from '../adapters/rig/servers.ts';
import { perform, runStep } from '../adapters/rig/step.ts';
import { type Mariadb, mariadbPrograms, startMariadb } from '../rig/servers/mariadb.ts';
import type { World } from './worlds.ts';

let started: Promise<Mariadb> | undefined;
function server(): Promise<Mariadb> {
  started ??= startMariadb();
  return started;
}
afterAll(async () => (await started)?.stop());

const nobody = { host: '127.0.0.1', port: 9, user: 'backout', password: 'very-secret' };
const silent = async () => ({ ...nobody, port: (await lineServer('')).port });
const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;

export const mariadbWorlds: { readonly [name: string]: World } = {
  'mariadb/access': {
    adapter: access,
    programs: mariadbPrograms,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...nobody, access: 'closed', database: 'shop' },
        {
          ...nobody,
          access: 'open',
          database: 'shop',
          users: 'shop',
          except: ['backup@%'],
          marker: 'm',
          patience: '1m',
        },
      ],
      unreachable: { ...nobody, access: 'closed', database: 'shop' },
      endless: { ...(await silent()), access: 'closed', database: 'shop' },
      carry: async (text) => {
        const { login, sql } = await server();
        sql("CREATE DATABASE IF NOT EXISTS shop; CREATE OR REPLACE USER app@'%'; GRANT SELECT ON shop.* TO app@'%'");
        await perform(access, { ...login, access: 'closed', database: 'shop', marker: join(folder, text) });
        return readdirSync(folder)[0] ?? '';
      },
    }),
  },
  'mariadb/query': {
    adapter: query,
    programs: mariadbPrograms,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...nobody, database: 'shop', query: 'SELECT\nCOUNT(*) FROM orders', expect: { min: 1, rows: { max: 1 } } },
        { socket: 'run/mysqld.sock', query: 'SELECT 1', expect: { rows: 1 }, timeout: '5s' },
      ],
      unreachable: { ...nobody, query: 'SELECT 1', expect: { rows: 1 } },
      endless: { ...(await silent()), query: 'SELECT 1', expect: { rows: 1 }, timeout: '1m' },
      carry: async (text) => {
        const { login } = await server();
        const performed = await perform(query, { ...login, query: `SELECT ${quoted(text)}`, expect: { rows: 1 } });
        return performed.ok ? (performed.outputs?.value ?? '') : performed.reason;
      },
    }),
  },
  'mariadb/restore': {
    adapter: restore,
    programs: mariadbPrograms,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...nobody, database: 'shop', archive: 'shop.sql.gz' },
        {
          ...{ ...nobody, database: 'shop', archive: 'shop.sql', dumpOf: 'shop_old', newerThan: '26h', keepOld: false },
          ...{ checksum: '0'.repeat(64), proof: [{ query: 'SELECT\n1', expect: { rows: { min: 1 } } }] },
        },
      ],
      unreachable: { ...nobody, database: 'shop', archive: 'no/such.sql' },
      carry: async (text) => {
        const { login, sql, dump } = await server();
        sql(
          `DROP DATABASE IF EXISTS backout; CREATE OR REPLACE DATABASE carried CHARACTER SET utf8mb4; CREATE TABLE carried.t (word TEXT); INSERT INTO carried.t VALUES (${quoted(text)})`,
        );
        writeFileSync(join(folder, text), dump('carried'));
        sql('DROP DATABASE carried');
        const ended = await runStep(restore, { ...login, database: 'carried', archive: text }, folder);
        return ended.code === 0 ? sql('SELECT word FROM carried.t').replaceAll('\\\\', '\\') : ended.stderr;
      },
    }),
  },
};
