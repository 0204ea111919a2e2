/** Worlds of the adapters of proxies and units. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapter as haproxyServer } from '../../adapters/haproxy/server/index.ts';
import { adapter as nginxMaintenance } from '../../adapters/nginx/maintenance/index.ts';
import { adapter as systemdActive } from '../../adapters/systemd/active/index.ts';
import { adapter as systemdUnit } from '../../adapters/systemd/unit/index.ts';
import { closeAfterTest, lineServer } from '../adapters/rig/servers.ts';
import { perform } from '../adapters/rig/step.ts';
import { startHaproxy } from '../rig/servers/haproxy.ts';
import { startNginx } from '../rig/servers/nginx.ts';
import { systemdDouble } from '../rig/servers/systemctl.ts';
import type { World } from './worlds.ts';

const web1 = { access: 'closed', backend: 'shop', server: 'web1' };

/** A systemctl that keeps its first word, which is none of ours, and does the rest. */
function listening(folder: string): { readonly program: string; readonly heard: () => string } {
  const systemd = systemdDouble(folder);
  systemd.set('shop.service');
  const program = join(folder, 'listens');
  const heard = join(folder, 'heard');
  writeFileSync(program, `#!/bin/sh\nprintf %s "$1" >'${heard}'\nshift\nexec '${systemd.systemctl}' "$@"\n`, {
    mode: 0o755,
  });
  return { program, heard: () => readFileSync(heard, 'utf8') };
}

const deaf = ['sh', '-c', 'sleep 30', 'systemctl'];
const stopShop = { access: 'closed', unit: 'shop.service' };

export const proxyWorlds: { readonly [name: string]: World } = {
  'haproxy/server': {
    adapter: haproxyServer,
    programs: ['haproxy'],
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
    programs: ['nginx'],
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
  'systemd/unit': {
    adapter: systemdUnit,
    samples: async (folder) => ({
      folder,
      inputs: [stopShop, { ...stopShop, access: 'open', unit: ['shop.socket', 'shop'], scope: 'user', marker: 'm' }],
      unreachable: { ...stopShop, systemctl: 'no/such/systemctl' },
      endless: { ...stopShop, systemctl: deaf },
      carry: async (text) => {
        const { program, heard } = listening(folder);
        await perform(systemdUnit, { ...stopShop, systemctl: [program, text], marker: join(folder, 'm') });
        return heard();
      },
    }),
  },
  'systemd/active': {
    adapter: systemdActive,
    samples: async (folder) => ({
      folder,
      inputs: [{ unit: 'shop', sub: 'running', activeFor: '30s', maxRestarts: 0, steady: '5s' }],
      unreachable: { unit: 'shop', systemctl: 'no/such/systemctl' },
      endless: { unit: 'shop', systemctl: deaf },
      carry: async (text) => {
        const { program, heard } = listening(folder);
        await perform(systemdActive, { unit: 'shop', systemctl: [program, text] });
        return heard();
      },
    }),
  },
};
