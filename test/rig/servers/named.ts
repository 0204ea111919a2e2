/** A real BIND: a primary with zones that a TSIG key may change, and, when asked for, a secondary of all of them. */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { path } from './program.ts';
import { freePort, type Server, serverFolder, startServer } from './server.ts';

export interface NamedOptions {
  /** By zone, e.g. `example.test`: its records but SOA and NS, in zone file form. Names are relative to the zone. */
  readonly zones: { readonly [zone: string]: readonly string[] };
  /** Zones that are served and that nobody may change. */
  readonly fixed?: readonly string[];
  readonly secondary?: true;
}

export interface Named {
  /** `127.0.0.1:port`. */
  readonly primary: string;
  /** The same of the secondary; empty without one. */
  readonly secondary: string;
  /** As the adapter `dns/update` takes it. */
  readonly key: { readonly name: string; readonly secret: string };
  /** A key that the server knows and lets change nothing. */
  readonly powerlessKey: { readonly name: string; readonly secret: string };
  /** What a server answers, sorted; `10.0.0.1`, or a name with its dot at the end. */
  ask(server: string, name: string, type: string): readonly string[];
  /** The secondary hears of no change from now on, until it goes on. */
  holdSecondary(): void;
  releaseSecondary(): void;
  stop(): Promise<void>;
}

export const namedPrograms: readonly string[] = ['named', 'dig', 'nsupdate'];

const key = { name: 'backout-test', secret: Buffer.alloc(32, 7).toString('base64') };
const powerlessKey = { name: 'powerless', secret: Buffer.alloc(32, 9).toString('base64') };

export async function startNamed(options: NamedOptions): Promise<Named> {
  const { folder, remove } = serverFolder('named');
  const ports = { primary: await freePort(), secondary: await freePort() };
  const primary = await startOne(join(folder, 'primary'), ports.primary, primaryZones(folder, ports, options));
  const secondary = options.secondary
    ? await startOne(join(folder, 'secondary'), ports.secondary, secondaryZones(ports, options))
    : undefined;
  const signal = (name: NodeJS.Signals) => process.kill(secondary?.pid ?? 0, name);
  return {
    primary: `127.0.0.1:${ports.primary}`,
    secondary: secondary === undefined ? '' : `127.0.0.1:${ports.secondary}`,
    key,
    powerlessKey,
    ask: dig,
    holdSecondary: () => signal('SIGSTOP'),
    releaseSecondary: () => signal('SIGCONT'),
    stop: async () => {
      if (secondary !== undefined) signal('SIGCONT');
      await Promise.all([primary.stop(), secondary?.stop()]);
      remove();
    },
  };
}

interface Ports {
  readonly primary: number;
  readonly secondary: number;
}

function primaryZones(folder: string, ports: Ports, { zones, fixed = [], secondary }: NamedOptions): string {
  mkdirSync(join(folder, 'primary'));
  return Object.entries(zones)
    .map(([zone, records]) => {
      const head = [`$TTL 60`, `$ORIGIN ${zone}.`, `@ SOA ns1 admin 1 60 60 3600 5`, `@ NS ns1`, `ns1 A 127.0.0.1`];
      writeFileSync(join(folder, 'primary', `${zone}.zone`), `${[...head, ...records].join('\n')}\n`);
      const update = fixed.includes(zone) ? '' : `allow-update { key "${key.name}"; };`;
      const notify = secondary ? `notify explicit; also-notify { 127.0.0.1 port ${ports.secondary}; };` : 'notify no;';
      return `zone "${zone}" { type primary; file "${zone}.zone"; ${update} ${notify} };`;
    })
    .join('\n');
}

function secondaryZones(ports: Ports, { zones }: NamedOptions): string {
  return Object.keys(zones)
    .map((zone) => {
      const from = `primaries { 127.0.0.1 port ${ports.primary}; }; min-refresh-time 1;`;
      return `zone "${zone}" { type secondary; file "${zone}.zone"; ${from} notify no; };`;
    })
    .join('\n');
}

async function startOne(folder: string, port: number, zones: string): Promise<Server> {
  mkdirSync(folder, { recursive: true });
  const keys = [key, powerlessKey].map(
    ({ name, secret }) => `key "${name}" { algorithm hmac-sha256; secret "${secret}"; };`,
  );
  const options = [
    `directory "${folder}"; pid-file none; session-keyfile none; listen-on-v6 { none; };`,
    `listen-on port ${port} { 127.0.0.1; }; recursion no; dnssec-validation no; notify-delay 0;`,
    `allow-transfer { 127.0.0.1; }; allow-notify { 127.0.0.1; }; tcp-clients 50;`,
  ];
  const config = [...keys, 'controls {};', `options { ${options.join('\n')} };`, zones];
  writeFileSync(join(folder, 'named.conf'), `${config.join('\n')}\n`);
  const user = asUser(folder);
  return startServer([path('named'), '-f', '-n', '1', ...user, '-c', join(folder, 'named.conf')], {
    folder,
    ready: async () => dig(`127.0.0.1:${port}`, zones.match(/zone "([^"]+)"/)?.[1] ?? '.', 'SOA').length > 0,
  });
}

/** As root it works for the user that Debian's package has made, who must then write in its folder. */
function asUser(folder: string): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  const idOf = (which: string) => Number(execFileSync('id', [which, 'bind'], { encoding: 'utf8' }));
  chownSync(folder, idOf('-u'), idOf('-g'));
  return ['-u', 'bind'];
}

function dig(server: string, name: string, type: string): readonly string[] {
  const [host = '', port = '53'] = server.split(':');
  const args = [`@${host}`, '-p', port, '+norecurse', '+short', '+time=1', '+tries=1', '-t', type, '-q', name];
  return execFileSync(path('dig'), args, { encoding: 'utf8', stdio: 'pipe' })
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .sort();
}
