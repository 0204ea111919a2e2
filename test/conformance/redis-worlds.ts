/** Worlds of the adapters of Redis: one server for all of them, started when the first needs it. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { adapter as ping } from '../../adapters/redis/ping/index.ts';
import { adapter as restore } from '../../adapters/redis/restore/index.ts';
import { lineServer } from '../adapters/rig/servers.ts';
import { perform, runStep } from '../adapters/rig/step.ts';
import { type RedisServer, redisPrograms, startRedis } from '../rig/servers/redis.ts';
import type { World } from './worlds.ts';

let started: Promise<RedisServer> | undefined;
function server(): Promise<RedisServer> {
  started ??= startRedis();
  return started;
}
afterAll(async () => (await started)?.stop());

const nobody = { host: '127.0.0.1', port: 9, password: 'very-secret' };

export const redisWorlds: { readonly [name: string]: World } = {
  'redis/ping': {
    adapter: ping,
    programs: redisPrograms,
    samples: async (folder) => ({
      folder,
      inputs: [
        {
          ...nobody,
          username: 'backout',
          expect: { role: 'master', replicas: 1, minKeys: 1, keys: [{ key: 'stock', min: 1 }] },
        },
        { socket: 'run/redis.sock' },
      ],
      unreachable: nobody,
      endless: { ...nobody, port: (await lineServer('')).port, timeout: '1m' },
      carry: async (text) => {
        const { login, cli } = await server();
        cli('SET', text, text);
        const found = await perform(ping, { ...login, expect: { keys: [{ key: text, equals: text }] } });
        cli('DEL', text);
        return found.ok ? text : found.reason;
      },
    }),
  },
  'redis/restore': {
    adapter: restore,
    programs: redisPrograms,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...nobody, backup: 'dump.rdb' },
        {
          ...nobody,
          backup: 'dump.rdb',
          newerThan: '26h',
          keepIn: 'old',
          expect: { minKeys: 1, keys: [{ key: 'stock', min: 1 }] },
        },
      ],
      unreachable: { ...nobody, backup: 'no/such.rdb' },
      carry: async (text) => {
        const { login, cli, folder: data } = await server();
        cli('SET', 'word', text);
        cli('SAVE');
        copyFileSync(join(data, 'dump.rdb'), join(folder, text));
        cli('SET', 'word', 'bad');
        const ended = await runStep(restore, { ...login, backup: text }, folder);
        return ended.code === 0 ? cli('GET', 'word') : ended.stderr;
      },
    }),
  },
};
