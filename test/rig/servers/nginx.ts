/** A real nginx on a free loopback port, with a master and two workers, its configuration in a temporary folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { path } from './program.ts';
import { freePort, serverFolder, startServer } from './server.ts';

export interface NginxOptions {
  /** What stands in `server { … }` after `listen`; `$folder` is the folder of this nginx. */
  readonly server: string;
  /** What stands in `http { … }` before the server. */
  readonly http?: string;
}

export interface Nginx {
  readonly folder: string;
  /** The configuration file, for `nginx -c`. */
  readonly config: string;
  readonly url: string;
  readonly port: number;
  /** The master's process id. */
  readonly pid: number;
  /** Writes the configuration anew; nothing is reloaded. */
  configure(options: NginxOptions): void;
  stop(): Promise<void>;
}

export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const { folder, remove } = serverFolder('nginx');
  const config = join(folder, 'nginx.conf');
  const port = await freePort();
  const configure = (wanted: NginxOptions) => writeFileSync(config, configuration(wanted, { folder, port }));
  mkdirSync(join(folder, 'include'));
  configure(options);
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer([path('nginx'), '-p', folder, '-c', config], {
    folder,
    ready: async () => (await fetch(url)).status > 0,
  });
  return {
    folder,
    config,
    url,
    port,
    pid: server.pid,
    configure,
    stop: async () => {
      await server.stop();
      remove();
    },
  };
}

function configuration({ server, http = '' }: NginxOptions, at: { folder: string; port: number }): string {
  const { folder, port } = at;
  const filled = (text: string) => text.replaceAll('$folder', folder);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    'daemon off;',
    'worker_processes 2;',
    `pid ${folder}/nginx.pid;`,
    `error_log ${folder}/error.log;`,
    'events { worker_connections 64; }',
    'http {',
    '  access_log off;',
    ...temporary.map((name) => `  ${name}_temp_path ${folder}/temp-${name};`),
    `  ${filled(http)}`,
    '  server {',
    `    listen 127.0.0.1:${port};`,
    `    ${filled(server)}`,
    '  }',
    '}',
    '',
  ].join('\n');
}
