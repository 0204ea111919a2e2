/** Worlds of the adapters of MariaDB: one server for all of them, started when the first needs it. */
import { afterAll } from '@jest/globals';
import { adapter as access } from '../../adapters/mariadb/access/index.ts';
import { adapter as query } from '../../adapters/mariadb/query/index.ts';
import { lineServer } from '../adapters/rig/servers.ts';
import { perform } from '../adapters/rig/step.ts';
import { type Mariadb, startMariadb } from '../rig/servers/mariadb.ts';
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
        const user = `_utf8mb4 0x${Buffer.from(text).toString('hex')}`;
        const named = `\`${text.replaceAll('`', '``')}\`@'%'`;
        sql(`CREATE DATABASE IF NOT EXISTS shop; CREATE USER ${named}; GRANT SELECT ON shop.* TO ${named}`);
        const performed = await perform(access, { ...login, access: 'closed', database: 'shop', users: text });
        const locked = sql(`SELECT JSON_VALUE(Priv, '$.account_locked') FROM mysql.global_priv WHERE User = ${user}`);
        sql(`DROP USER ${named}; DROP DATABASE IF EXISTS backout`);
        return locked === '1' ? text : JSON.stringify(performed);
      },
    }),
  },
  'mariadb/query': {
    adapter: query,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...nobody, database: 'shop', query: 'SELECT\nCOUNT(*) FROM orders', expect: { min: 1, rows: { max: 1 } } },
        { socket: 'run/mysqld.sock', query: 'SELECT 1', timeout: '5s' },
      ],
      unreachable: { ...nobody, query: 'SELECT 1' },
      endless: { ...(await silent()), query: 'SELECT 1', timeout: '1m' },
      carry: async (text) => {
        const { login } = await server();
        const performed = await perform(query, { ...login, query: `SELECT ${quoted(text)}` });
        return performed.ok ? (performed.outputs?.value ?? '') : performed.reason;
      },
    }),
  },
};
