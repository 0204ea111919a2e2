/** Worlds of health checks. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapter as prometheusQuery } from '../../adapters/prometheus/query/index.ts';
import { adapter as tls } from '../../adapters/tls/index.ts';
import { certificate } from '../adapters/rig/certificate.ts';
import { lineServer, webServer } from '../adapters/rig/servers.ts';
import { perform } from '../adapters/rig/step.ts';
import type { World } from './worlds.ts';

const host = '127.0.0.1';
const url = `http://${host}:9`;
const question = { query: 'up{job="shop"}', expect: { min: 1 } };

export const healthWorlds: { readonly [name: string]: World } = {
  tls: {
    adapter: tls,
    samples: async (folder) => ({
      folder,
      inputs: [{ host, name: 'shop.example.com', daysLeft: '14', protocol: 'TLSv1.3' }],
      unreachable: { host, port: 9 },
      endless: { host, port: (await lineServer('')).port },
      carry: async (text) => {
        const ca = `ca ${text.replaceAll('/', '_')}.pem`;
        writeFileSync(join(folder, ca), certificate);
        const { port } = await webServer(() => ({}), 'https');
        const performed = await perform(tls, { host, port, ca }, { folder });
        return performed.ok ? text : performed.reason;
      },
    }),
  },
  'prometheus/query': {
    adapter: prometheusQuery,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...question, url, token: 'very-secret', headers: { 'X-Scope-OrgID': 'secret-shop' } },
        { url, query: 'up', expect: '>= 1', window: '5m', user: 'backout', password: 'geheim99' },
      ],
      unreachable: { ...question, url },
      endless: { ...question, url: `http://${host}:${(await lineServer('')).port}` },
      carry: async (text) => {
        const { url: here, heard } = await webServer(() => ({}));
        await perform(prometheusQuery, { url: here, query: text, expect: '> 0' });
        return new URLSearchParams(heard[0]?.body).get('query') ?? '';
      },
    }),
  },
};
