/** The world of `dns/update`: a real name server. */
import { adapter as dnsUpdate } from '../../adapters/dns/update/index.ts';
import { closeAfterTest } from '../adapters/rig/servers.ts';
import { workInPlace } from '../adapters/rig/step.ts';
import { namedPrograms, startNamed } from '../rig/servers/named.ts';
import type { World } from './worlds.ts';

const zone = 'example.test';
const key = { name: 'backout', secret: Buffer.alloc(32, 3).toString('base64') };
const www = { server: '127.0.0.1:9', zone, name: `www.${zone}`, type: 'A', key };

export const dnsWorlds: { readonly [name: string]: World } = {
  'dns/update': {
    adapter: dnsUpdate,
    programs: namedPrograms,
    samples: async (folder) => ({
      folder,
      inputs: [
        { ...www, values: ['10.0.0.1', '10.0.0.2'], ttl: '60', servers: ['ns2.example.test'], within: '5m' },
        { ...www, records: 'previous', marker: 'm', key: { ...key, algorithm: 'hmac-sha512' } },
      ],
      unreachable: { ...www, values: '10.0.0.1' },
      carry: async (text) => {
        const named = await startNamed({ zones: { [zone]: [] } });
        closeAfterTest(named.stop);
        const asked = { ...www, server: named.primary, key: named.key, type: 'TXT', servers: [] };
        const { stderr } = await workInPlace(dnsUpdate, { ...asked, values: [text] }, folder);
        return stderr === '' ? decoded(named.ask(named.primary, `www.${zone}`, 'TXT')[0] ?? '') : stderr;
      },
    }),
  },
};

/** Text as dig quotes it: a byte that is not printable as its three decimal digits. */
function decoded(quoted: string): string {
  const bytes = quoted
    .slice(1, -1)
    .replaceAll(/\\(\d{3}|.)/g, (_, code: string) =>
      String.fromCharCode(code.length === 3 ? Number(code) : code.charCodeAt(0)),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
