/** Worlds of the adapters of Redis: one server for all of them, started when the first needs it. */
import { afterAll } from '@jest/globals';
import { adapter as ping } from '../../adapters/redis/ping/index.ts';
import { lineServer } from '../adapters/rig/servers.ts';
import { perform } from '../adapters/rig/step.ts';
import { type RedisServer, startRedis } from '../rig/servers/redis.ts';
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
};
