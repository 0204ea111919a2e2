/** A shop's zone on a real BIND, with a secondary that follows, and a zone that nobody may change. */
import { adapter } from '../../../adapters/dns/update/index.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import type { Adapter } from '../../../src/ports/adapter.ts';
import { type Named, startNamed } from '../../rig/servers/named.ts';

export const dns: Adapter = adapter;
export const zone = 'example.test';

/** A test changes names of its own; `busy` is the one that stays what it is. */
const plain = ['busy', 'race', 'slow', 'held', 'twice', 'kept', 'lost', 'switch', 'killed', 'same'];
const records = [
  ...plain.map((name) => `${name} A 10.0.0.1`),
  ...['www A 10.0.0.1', 'www A 10.0.0.2', 'alias CNAME www', 'mail MX 10 www', 'note TXT "a;b" "c\\"d"'],
  ...['six AAAA 2001:db8::1', '_s._tcp SRV 0 5 80 www', 'dropped CAA 0 issue "ca.test"', 'sub NS ns1.elsewhere.test.'],
];

export interface DnsScene {
  readonly named: Named;
  /** The input for a name in the zone; every change is to be seen on the secondary too. */
  readonly given: (name: string, more: JsonObject) => JsonObject;
  /** What a server answers for a name in the zone. */
  readonly at: (server: string, name: string, type?: string) => readonly string[];
}

export async function dnsScene(): Promise<DnsScene> {
  const zones = { [zone]: records, 'fixed.test': ['www A 10.0.0.1'] };
  const named = await startNamed({ zones, fixed: ['fixed.test'], secondary: true });
  return {
    named,
    given: (name, more) => ({
      ...{ server: named.primary, zone, name: `${name}.${zone}`, type: 'A', key: named.key, within: '10s' },
      ...{ servers: [named.secondary], ...more },
    }),
    at: (server, name, type = 'A') => named.ask(server, `${name}.${zone}`, type),
  };
}
