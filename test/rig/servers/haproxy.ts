/** A real HAProxy: a frontend on a free loopback port for each backend, and runtime sockets of several levels. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { path } from './program.ts';
import { freePort, serverFolder, startServer } from './server.ts';

export interface HaproxyOptions {
  /** By backend: its servers as they stand after `server`, e.g. `web1 127.0.0.1:8080 check inter 100ms`. */
  readonly backends: { readonly [name: string]: readonly string[] };
  readonly mode?: 'http' | 'tcp';
  /** Further addresses of this machine on which frontends listen, e.g. 127.0.0.2. */
  readonly addresses?: readonly string[];
}

export interface Haproxy {
  readonly folder: string;
  /** The runtime socket with all rights. */
  readonly socket: string;
  /** The runtime socket that may only look. */
  readonly userSocket: string;
  /** The one with all rights as `host:port`. */
  readonly tcpSocket: string;
  /** By backend: the address of its frontend. */
  readonly urls: { readonly [backend: string]: string };
  stop(): Promise<void>;
}

export async function startHaproxy({ backends, mode = 'http', addresses = [] }: HaproxyOptions): Promise<Haproxy> {
  const { folder, remove } = serverFolder('haproxy');
  const at = (name: string) => join(folder, name);
  const ports = new Map<string, number>();
  for (const name of Object.keys(backends)) ports.set(name, await freePort());
  const tcpSocket = `127.0.0.1:${await freePort()}`;
  writeFileSync(
    at('haproxy.cfg'),
    configuration(backends, { mode, addresses: ['127.0.0.1', ...addresses], ports, folder, tcpSocket }),
  );
  const server = await startServer([path('haproxy'), '-db', '-f', at('haproxy.cfg')], {
    folder,
    ready: async () => existsSync(at('admin.sock')),
  });
  return {
    folder,
    socket: at('admin.sock'),
    userSocket: at('user.sock'),
    tcpSocket,
    urls: Object.fromEntries([...ports].map(([name, port]) => [name, `http://127.0.0.1:${port}`])),
    stop: async () => {
      await server.stop();
      remove();
    },
  };
}

interface Setting {
  readonly mode: string;
  readonly addresses: readonly string[];
  readonly ports: ReadonlyMap<string, number>;
  readonly folder: string;
  readonly tcpSocket: string;
}

function configuration(
  backends: HaproxyOptions['backends'],
  { mode, addresses, ports, folder, tcpSocket }: Setting,
): string {
  const parts = Object.entries(backends).flatMap(([name, servers]) => [
    `frontend ${name}-in`,
    ...addresses.map((address) => `  bind ${address}:${ports.get(name)}`),
    `  default_backend ${name}`,
    `backend ${name}`,
    ...servers.map((server) => `  server ${server}`),
  ]);
  return [
    'global',
    `  stats socket ${folder}/admin.sock mode 600 level admin`,
    `  stats socket ${folder}/user.sock mode 600 level user`,
    `  stats socket ipv4@${tcpSocket} level admin`,
    'defaults',
    `  mode ${mode}`,
    '  timeout connect 2s',
    '  timeout client 30s',
    '  timeout server 30s',
    ...parts,
    '',
  ].join('\n');
}
