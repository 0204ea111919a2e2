/** Worlds of the adapters of proxies and units. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapter as haproxyServer } from '../../adapters/haproxy/server/index.ts';
import { adapter as nginxMaintenance } from '../../adapters/nginx/maintenance/index.ts';
import { closeAfterTest, lineServer } from '../adapters/rig/servers.ts';
import { perform } from '../adapters/rig/step.ts';
import { startHaproxy } from '../rig/servers/haproxy.ts';
import { startNginx } from '../rig/servers/nginx.ts';
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
  'nginx/maintenance': {
    adapter: nginxMaintenance,
    samples: async (folder) => ({
      folder,
      inputs: [
        { access: 'closed', flag: 'closed', check: 'http://127.0.0.1/', headers: { cookie: 'session=abcdef123' } },
        { access: 'open', include: '/etc/nginx/shop/closed.conf', source: 'closed.conf', nginx: ['sudo', 'nginx'] },
      ],
      unreachable: { access: 'closed', flag: 'no/such/flag' },
      endless: { access: 'closed', flag: 'closed', check: `http://127.0.0.1:${(await lineServer('')).port}` },
      carry: async (text) => {
        const { config, folder: home, stop } = await startNginx({ server: 'include $folder/include/*.conf;' });
        closeAfterTest(stop);
        const include = join(home, 'include/closed.conf');
        const content = `# ${text}\nreturn 503;`;
        const closed = await perform(nginxMaintenance, { access: 'closed', include, content, config });
        return closed.ok ? readFileSync(include, 'utf8').slice(2, -'\nreturn 503;\n'.length) : closed.reason;
      },
    }),
  },
};
