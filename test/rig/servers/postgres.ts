/**
 * A PostgreSQL server of its own for a test file: an empty cluster on a free loopback port, passwords checked as in
 * production (scram), run as the user `postgres` where the test is root.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { locate } from '../../../tools/test-servers.mjs';
import { freePort, type Server, serverFolder, startServer } from './server.ts';

export const postgresPrograms: readonly string[] = ['initdb', 'postgres', 'psql', 'pg_dump', 'pg_restore'];

export interface Postgres {
  readonly host: string;
  readonly port: number;
  /** The superuser. */
  readonly user: string;
  readonly password: string;
  /** What an adapter needs to log in as the superuser. */
  readonly login: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  };
  /** The same for programs, with their PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder that the server may write to, removed with it. */
  readonly folder: string;
  /** Runs SQL and gives what it prints, unaligned, trimmed. Throws with the server's words. */
  sql(database: string, text: string): string;
  /** Runs a client program, e.g. `pg_dump`; gives its standard output. Throws with what it says. */
  run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): string;
  /** The server has closed all files and is gone; the folder too. */
  stop(): Promise<void>;
}

const user = 'postgres';
const password = 'very-secret-of-the-test';
const settings = [
  'listen_addresses=127.0.0.1',
  'fsync=off',
  'max_connections=60',
  'autovacuum=off',
  'shared_buffers=64MB',
  'max_wal_size=2GB',
];

export async function startPostgres(more: readonly string[] = []): Promise<Postgres> {
  const { folder, remove } = serverFolder('postgres');
  const data = join(folder, 'data');
  const port = await freePort();
  initialise(folder, data);
  const options = [...settings, ...more, `port=${port}`, `unix_socket_directories=${folder}`];
  const argv = [...asServer(), path('postgres'), '-D', data, ...options.flatMap((option) => ['-c', option])];
  const [program = '', ...args] = argv;
  const login = { host: '127.0.0.1', port, user, password };
  const env = {
    PATH: `${dirname(path('psql'))}:${process.env.PATH ?? ''}`,
    PGHOST: login.host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
  };
  const run = (name: string, given: readonly string[], extra: Readonly<Record<string, string>> = {}) =>
    execFileSync(path(name), [...given], {
      env: { ...env, ...extra },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const sql = (database: string, text: string) =>
    run('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', `dbname='${escaped(database)}'`, '-c', text]).trim();
  const ready = async () => spawnSync(path('psql'), ['-XAtqc', 'select 1', 'postgres'], { env }).status === 0;
  let server: Server;
  try {
    server = await startServer([program, ...args], { folder, env: { ...env, LC_ALL: 'C' }, ready });
  } catch (error) {
    remove();
    throw error;
  }
  const stop = async () => {
    await server.stop('SIGINT');
    remove();
  };
  return { ...login, login, env, folder, sql, run, stop };
}

/** The server refuses to run as root. */
function asServer(): readonly string[] {
  return process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
}

function initialise(folder: string, data: string): void {
  const secret = join(folder, 'password');
  writeFileSync(secret, password, { mode: 0o644 });
  if (process.getuid?.() === 0) {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chownSync(folder, id('-u'), id('-g'));
  } else chmodSync(folder, 0o755);
  const options = ['--auth=scram-sha-256', `--pwfile=${secret}`, '--no-sync', '--locale=C.UTF-8', '--encoding=UTF8'];
  const [program = '', ...args] = [...asServer(), path('initdb'), '-D', data, '-U', user, ...options];
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH ?? '' } });
}

/** Not `path` of needs.ts: the benchmark starts a server too, without Jest. */
function path(program: string): string {
  // Debian's wrappers in /usr/bin cost more than the programs that they start.
  const own = locate('initdb');
  const beside = own === undefined ? program : join(dirname(realpathSync(own)), program);
  return existsSync(beside) ? beside : (locate(program) ?? program);
}

const escaped = (text: string): string => text.replaceAll(/['\\]/g, String.raw`\$&`);
