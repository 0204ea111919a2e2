/** Worlds of the adapters of PostgreSQL: one server for all of them, started when the first needs it. */
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { adapter as access } from '../../adapters/postgres/access/index.ts';
import { adapter as query } from '../../adapters/postgres/query/index.ts';
import { adapter as restore } from '../../adapters/postgres/restore/index.ts';
import { lineServer } from '../adapters/rig/servers.ts';
import { perform, workInPlace } from '../adapters/rig/step.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../rig/servers/postgres.ts';
import type { World } from './worlds.ts';

let started: Promise<Postgres> | undefined;
function server(): Promise<Postgres> {
  started ??= startPostgres();
  return started;
}
afterAll(async () => (await started)?.stop());

const nobody = { host: '127.0.0.1', port: 9, user: 'backout', password: 'very-secret', database: 'shop' };
const silent = async () => ({ ...nobody, port: (await lineServer('')).port });

async function newDatabase(name: string): Promise<Postgres> {
  const postgres = await server();
  const quoted = `"${name.replaceAll('"', '""')}"`;
  postgres.sql('postgres', `DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
  postgres.sql('postgres', `CREATE DATABASE ${quoted}`);
  return postgres;
}

export const postgresWorlds: { readonly [name: string]: World } = {
  'postgres/access': {
    adapter: access,
    programs: postgresPrograms,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...nobody, access: 'closed', except: ['admin'], within: '10s' },
        { access: 'open', database: 'shop', service: 'shop', previous: { connect: 'public', connectionLimit: 5 } },
      ],
      unreachable: { ...nobody, access: 'closed' },
      endless: { ...(await silent()), access: 'closed' },
      carry: async (text) => {
        const { login, sql } = await newDatabase(text);
        const performed = await perform(access, { ...login, access: 'closed', database: text });
        const closed =
          "SELECT datname FROM pg_database WHERE datname <> 'template0' AND shobj_description(oid, 'pg_database') LIKE 'Access is closed%'";
        return performed.ok ? sql('postgres', `${closed} ORDER BY oid DESC LIMIT 1`) : performed.reason;
      },
    }),
  },
  'postgres/query': {
    adapter: query,
    programs: postgresPrograms,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...nobody, query: 'SELECT\ncount(*) FROM orders', expect: { min: 1, rows: 1 } },
        { database: 'shop', query: 'SELECT 1', expect: { equals: 1, matches: '^1$', max: 1 }, timeout: '5s' },
      ],
      unreachable: { ...nobody, query: 'SELECT 1', expect: { rows: 1 } },
      endless: { ...(await silent()), query: 'SELECT 1', expect: { rows: 1 }, timeout: '1m' },
      carry: async (text) => {
        const { login } = await newDatabase(text);
        const asked = { ...login, database: text, query: 'SELECT current_database()', expect: { rows: 1 } };
        const performed = await perform(query, asked);
        return performed.ok ? (performed.outputs?.value ?? '') : performed.reason;
      },
    }),
  },
  'postgres/restore': {
    adapter: restore,
    programs: postgresPrograms,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...nobody, archive: 'shop.dump', checksum: '0'.repeat(64), bytes: 1, newerThan: '24h', jobs: 2 },
        {
          database: 'shop',
          archive: 'shop.dump',
          dumpOf: 'other',
          proof: [{ query: 'SELECT\n1', expect: { equals: 1 } }],
          ownership: 'skip',
          analyze: false,
          keepOld: false,
        },
      ],
      unreachable: { ...nobody, archive: 'no/such.dump' },
      carry: async (text) => {
        const postgres = await newDatabase(text);
        const archive = `from ${text.replaceAll('/', '_')}`;
        postgres.run('pg_dump', ['-Fc', '-f', join(folder, archive), 'postgres']);
        const given = { ...postgres.login, database: text, archive, dumpOf: 'postgres', analyze: false };
        const { code, stderr, outputs } = await workInPlace(restore, given, folder, 'k');
        return code === 0 ? (outputs.old ?? '').replace(/_before_k$/, '') : stderr;
      },
    }),
  },
};
