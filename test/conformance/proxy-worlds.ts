/** Worlds of the adapters of proxies and units. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { adapter as haproxyServer } from '../../adapters/haproxy/server/index.ts';
import { closeAfterTest, lineServer } from '../adapters/rig/servers.ts';
import { perform } from '../adapters/rig/step.ts';
import { startHaproxy } from '../rig/servers/haproxy.ts';
import type { World } from './worlds.ts';

const web1 = { access: 'closed', backend: 'shop', server: 'web1' };

export const proxyWorlds: { readonly [name: string]: World } = {
  'haproxy/server': {
    adapter: haproxyServer,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...web1, socket: '/run/haproxy/admin.sock' },
        { ...web1, access: 'open', socket: 'lb1:9999', server: ['web1', 'web2'], marker: 'm' },
      ],
      unreachable: { ...web1, socket: 'no/such.sock' },
      endless: { ...web1, socket: `127.0.0.1:${(await lineServer('')).port}`, marker: 'm' },
      carry: async (text) => {
        const { socket, stop } = await startHaproxy({ backends: { shop: ['web1 127.0.0.1:9'] } });
        closeAfterTest(stop);
        await perform(haproxyServer, { ...web1, socket, marker: join(folder, text) });
        return readdirSync(folder).map((name) => name.replace(/\.web1@shop$/, ''))[0] ?? '';
      },
    }),
  },
};
