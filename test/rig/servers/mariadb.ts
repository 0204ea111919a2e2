/**
 * A MariaDB server of its own for a test file: empty, on a free loopback port, its binary log on (as where there are
 * replicas), run as the user `mysql` where the test is root.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { locate } from '../../../tools/test-servers.mjs';
import { freePort, type Server, serverFolder, startServer } from './server.ts';

export const mariadbPrograms: readonly string[] = ['mariadbd', 'mariadb-install-db', 'mariadb', 'mariadb-dump'];

export interface Mariadb {
  /** What an adapter needs to log in as an account that may do everything. */
  readonly login: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
  /** For the account root, without a password. */
  readonly socket: string;
  /** A folder that the server may write to, removed with it. */
  readonly folder: string;
  /** Runs SQL as root, or as another account, and gives what it prints, trimmed. Throws with the server's words. */
  sql(text: string, as?: readonly string[]): string;
  /** What `mariadb-dump` prints. */
  dump(...args: readonly string[]): string;
  /** The server is gone, and its folder too. */
  stop(): Promise<void>;
}

const settings = [
  '--no-defaults',
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  '--log-bin=binlog',
  '--server-id=1',
  '--innodb-buffer-pool-size=32M',
  '--innodb-flush-method=nosync',
  '--innodb-log-file-size=16M',
  '--performance-schema=OFF',
  '--debug-no-sync',
];
const login = { host: '127.0.0.1', user: 'admin', password: 'very-secret-of-the-test' };

export async function startMariadb(more: readonly string[] = [], dataIn?: string): Promise<Mariadb> {
  const { folder, remove } = serverFolder('mariadb');
  const data = join(dataIn ?? folder, 'data');
  const socket = join(folder, 'socket');
  const port = await freePort();
  const client = ['--no-defaults', `--socket=${socket}`, '--user=root'];
  const run = (program: string, args: readonly string[], input?: string): string =>
    execFileSync(path(program), [...args], { encoding: 'utf8', input: input ?? '', stdio: 'pipe', maxBuffer: 2 ** 28 });
  const ready = async () => spawnSync(path('mariadb'), [...client, '--execute=SELECT 1']).status === 0;
  let server: Server;
  try {
    initialise(folder, data);
    const options = [...settings, ...more, `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`];
    const [program = '', ...args] = [...asServer(), path('mariadbd'), ...options, `--pid-file=${data}/pid`];
    server = await startServer([program, ...args], { folder, env: { PATH: process.env.PATH ?? '' }, ready });
  } catch (error) {
    remove();
    throw error;
  }
  const sql = (text: string, as: readonly string[] = client) =>
    run('mariadb', [...as, '--batch', '--skip-column-names', '--default-character-set=utf8mb4'], text).trimEnd();
  sql(`CREATE USER admin@'127.0.0.1' IDENTIFIED BY '${login.password}';
    GRANT ALL ON *.* TO admin@'127.0.0.1' WITH GRANT OPTION;
    DROP USER IF EXISTS root@'127.0.0.1', root@'::1';`);
  const stop = async () => {
    await server.stop('SIGKILL');
    remove();
  };
  return {
    login: { ...login, port },
    socket,
    folder,
    sql,
    dump: (...args) => run('mariadb-dump', [...client, ...args]),
    stop,
  };
}

/** The server refuses to run as root. */
function asServer(): readonly string[] {
  return process.getuid?.() === 0 ? ['setpriv', '--reuid=mysql', '--regid=mysql', '--clear-groups'] : [];
}

function initialise(folder: string, data: string): void {
  mkdirSync(data);
  if (process.getuid?.() === 0) {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'mysql'], { encoding: 'utf8' }));
    for (const place of [data, folder]) chownSync(place, id('-u'), id('-g'));
  } else chmodSync(data, 0o700);
  const quick = ['--innodb-flush-method=nosync', '--innodb-log-file-size=16M'];
  const options = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
  const [program = '', ...args] = [
    ...asServer(),
    path('mariadb-install-db'),
    ...options,
    '--skip-name-resolve',
    ...quick,
  ];
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Not `path` of needs.ts: other rigs start a server too, without Jest. */
const path = (program: string): string => locate(program) ?? program;
