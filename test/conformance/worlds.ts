/** For each adapter the samples that its conformance is tried with, and the world that they talk to. */
import { join } from 'node:path';
import { adapter as command } from '../../adapters/command/index.ts';
import { adapter as email } from '../../adapters/email/index.ts';
import { adapter as filesRestore } from '../../adapters/files/restore/index.ts';
import { adapter as http } from '../../adapters/http/index.ts';
import { adapter as httpRequest } from '../../adapters/http/request/index.ts';
import { adapter as sqliteRestore } from '../../adapters/sqlite/restore/index.ts';
import { adapter as tcp } from '../../adapters/tcp/index.ts';
import { adapter as webhook } from '../../adapters/webhook/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import type { AdapterSamples } from '../../src/ports/adapter-kit.ts';
import { makeDatabase, said } from '../adapters/rig/database.ts';
import { decodedHeader, headerOf, mailServer } from '../adapters/rig/mail-server.ts';
import { lineServer, webServer } from '../adapters/rig/servers.ts';
import { perform, runStep } from '../adapters/rig/step.ts';
import { harvest, plant } from '../adapters/rig/tree.ts';
import { communicationWorlds } from './communication-worlds.ts';
import { dnsWorlds } from './dns-worlds.ts';
import { healthWorlds } from './health-worlds.ts';
import { mariadbWorlds } from './mariadb-worlds.ts';
import { orchestratorWorlds } from './orchestrator-worlds.ts';
import { postgresWorlds } from './postgres-worlds.ts';
import { proxyWorlds } from './proxy-worlds.ts';
import { redisWorlds } from './redis-worlds.ts';
import { treeWorlds } from './tree-worlds.ts';

export interface World {
  readonly adapter: Adapter;
  /** What it starts or calls: where one is missing, it is left out by name. */
  readonly programs?: readonly string[];
  /** Port 9 (discard) on loopback: closed wherever nobody runs a discard service. */
  samples(folder: string): Promise<AdapterSamples>;
}

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const closed = 'http://127.0.0.1:9';
const silentUrl = async () => `http://127.0.0.1:${(await lineServer('')).port}`;

async function must(adapter: Adapter, input: JsonObject): Promise<void> {
  const performed = await perform(adapter, input);
  if (!performed.ok) throw new Error(performed.reason);
}

export const worlds: { readonly [name: string]: World } = {
  ...communicationWorlds,
  ...mariadbWorlds,
  ...redisWorlds,
  ...postgresWorlds,
  ...orchestratorWorlds,
  ...dnsWorlds,
  ...healthWorlds,
  ...proxyWorlds,
  ...treeWorlds,
  http: {
    adapter: http,
    samples: async (folder) => ({
      folder,
      inputs: [
        { url: 'http://localhost/', headers: { authorization: 'Bearer abcdef123' }, expect: { status: [200, 204] } },
      ],
      unreachable: { url: closed },
      endless: { url: await silentUrl() },
      carry: async (text) => {
        const { url, heard } = await webServer(() => ({}));
        await must(http, { url: `${url}/?q=${encodeURIComponent(text)}` });
        return new URL(heard[0]?.url ?? '', url).searchParams.get('q') ?? '';
      },
    }),
  },
  'http/request': {
    adapter: httpRequest,
    samples: async (folder) => ({
      folder,
      inputs: [
        { url: closed, headers: { 'x-token': 'abcdef123' }, json: { password: 'geheim99' } },
        { url: closed, method: 'PUT', body: 'all-of-this-is-secret' },
      ],
      unreachable: { url: closed },
      endless: { url: await silentUrl() },
      carry: async (text) => {
        const { url, heard } = await webServer(() => ({}));
        await must(httpRequest, { url, json: { text } });
        return JSON.parse(heard[0]?.body ?? '{}').text;
      },
    }),
  },
  webhook: {
    adapter: webhook,
    samples: async (folder) => ({
      folder,
      inputs: [{ url: closed, secret, headers: { 'x-token': 'abcdef123' }, json: { say: 'begun' } }],
      unreachable: { url: closed, secret, body: '' },
      endless: { url: await silentUrl(), secret, body: '' },
      carry: async (text) => {
        const { url, heard } = await webServer(() => ({}));
        await must(webhook, { url, secret, body: text });
        return heard[0]?.body ?? '';
      },
    }),
  },
  email: {
    adapter: email,
    samples: async (folder) => {
      const letter = { host: '127.0.0.1', from: 'a@example.com', to: 'b@example.com', subject: 'Begun' };
      return {
        folder,
        inputs: [{ ...letter, user: 'backout', password: 'very-secret' }],
        unreachable: { ...letter, port: 9 },
        endless: { ...letter, port: (await lineServer('')).port },
        carry: async (text) => {
          const { port, mails } = await mailServer();
          await must(email, { ...letter, port, subject: text });
          return decodedHeader(headerOf(mails[0], 'Subject') ?? '');
        },
      };
    },
  },
  tcp: {
    adapter: tcp,
    samples: async (folder) => ({
      folder,
      inputs: [{ host: 'localhost', port: 25, send: 'QUIT', expect: '220' }],
      unreachable: { host: '127.0.0.1', port: 9 },
      endless: { host: '127.0.0.1', port: (await lineServer('')).port, expect: 'never', timeout: '10s' },
      carry: async (text) => {
        const server = await lineServer(text);
        await must(tcp, { host: '127.0.0.1', port: server.port, send: text, expect: text });
        return server.firstCall;
      },
    }),
  },
  command: {
    adapter: command,
    samples: async (folder) => ({
      folder,
      inputs: [{ argv: ['./maintenance', 'on', "it's", 'two\nlines'] }],
      unreachable: { argv: ['./no-such-program'] },
      carry: async (text) => (await runStep(command, { argv: ['printf', '%s', text] }, folder)).stdout,
    }),
  },
  'files/restore': {
    adapter: filesRestore,
    samples: async (folder) => ({
      folder,
      inputs: [
        { archive: 'a.tar.gz', target: 'uploads', manifest: 'sums', checksum: '0'.repeat(64), strip: 1 },
        { source: 'a', target: 'uploads', swap: 'symlink', keepOld: false },
      ],
      unreachable: { archive: 'no/such.tar', target: 'no/such' },
      carry: async (text) => {
        const name = text.replaceAll('/', '_');
        plant(join(folder, `from ${name}`), { [name]: 'x' });
        const { stderr } = await runStep(filesRestore, { source: `from ${name}`, target: `to ${name}` }, folder);
        const [found = stderr] = Object.keys(harvest(join(folder, `to ${name}`)));
        return found === name ? text : found;
      },
    }),
  },
  'sqlite/restore': {
    adapter: sqliteRestore,
    samples: async (folder) => ({
      folder,
      inputs: [
        { backup: 'b.db', database: 'd.db' },
        { backup: 'b.db', database: 'd.db', into: 'live' },
      ],
      unreachable: { backup: 'no/such.db', database: 'no/such/d.db' },
      carry: async (text) => {
        makeDatabase(join(folder, `from ${text}?x#y`), 1, text);
        await runStep(sqliteRestore, { backup: `from ${text}?x#y`, database: `to ${text}` }, folder);
        return said(join(folder, `to ${text}`)).replace(/^1 /, '');
      },
    }),
  },
};
