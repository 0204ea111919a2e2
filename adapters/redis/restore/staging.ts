/**
 * A Redis server of our own that has loaded the backup: it proves that it can be loaded, answers what it holds, and is
 * then the master from which the live server takes the data. Owns: that it ends with this process.
 */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, isIP } from 'node:net';
import { join } from 'node:path';
import { lastLines, reasonOf } from '../../support/reason.ts';
import { waitFor } from '../../support/wait.ts';
import { WorkFailed } from '../../support/work.ts';
import { openRedis, type Redis, wordOf } from '../client.ts';
import type { Login } from '../login.ts';
import type { Backup } from './backup.ts';

export interface Staging {
  readonly redis: Redis;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  stop(): Promise<void>;
}

export interface StagingWish {
  readonly backup: string;
  /** Is made, and removed with it. */
  readonly folder: string;
  readonly facts: Backup;
  /** The address at which the live server reaches it. */
  readonly host: string;
  readonly databases: string;
  /** As the live server logs in to a master; null: a new password, for the default user. */
  readonly known: { readonly user: string; readonly password: string } | null;
  readonly patienceMs: number;
  readonly told: AbortSignal;
}

const untouched = 'The server was not touched.';

export async function startStaging(wish: StagingWish): Promise<Staging> {
  const { folder } = wish;
  const password = wish.known?.password ?? `backout-${randomBytes(24).toString('hex')}`;
  const user = wish.known?.user ?? '';
  const { execa } = await import('execa');
  const port = await freePort(wish.host);
  mkdirSync(folder, { mode: 0o700 });
  placeBackup(wish);
  const [program, ...args] = await argvOf();
  const child = execa(program, args, {
    input: settings(wish, port, user, password),
    reject: false,
    all: true,
    cleanup: true,
    env: { LC_ALL: 'C' },
    maxBuffer: 1_048_576,
  });
  const over = { done: false };
  child.then(() => {
    over.done = true;
  });
  const end = async () => {
    child.kill('SIGKILL');
    await child;
    rmSync(folder, { recursive: true, force: true });
  };
  const login: Login = { at: { host: wish.host, port }, username: user || null, password, name: 'the staging server' };
  const redis = await waitFor(() => loaded(login, over), {
    withinMs: wish.patienceMs,
    everyMs: 50,
    signal: wish.told,
  });
  if (redis === undefined || redis === 'ended') {
    await end();
    const { all, originalMessage } = await child;
    const words = all === undefined || all === '' ? (originalMessage ?? '') : lastLines(all, 4);
    throw new WorkFailed(
      `Backup ${wish.backup} could not be loaded by a Redis server here.\n${words}`,
      `${untouched} Take another backup, or the version of redis-server that wrote it.`,
    );
  }
  return {
    ...{ redis, host: wish.host, port, password },
    stop: async () => {
      redis.close();
      await end();
    },
  };
}

/** Ended by the kernel when this process is, however that comes. */
async function argvOf(): Promise<readonly [string, ...string[]]> {
  const { execa } = await import('execa');
  const { failed } = await execa('setpriv', ['--pdeathsig', 'KILL', 'true'], { reject: false, stdin: 'ignore' });
  return failed ? ['redis-server', '-'] : ['setpriv', '--pdeathsig', 'KILL', 'redis-server', '-'];
}

/** Not copied, where it need not be: a server that saves nothing does not write to it. */
function placeBackup({ backup, facts, folder }: StagingWish): void {
  if (facts.manifest === null) symlinkSync(backup, join(folder, 'backup.rdb'));
  else cpSync(backup, join(folder, 'appendonlydir'), { recursive: true });
}

function settings(
  { host, facts, databases, folder }: StagingWish,
  port: number,
  user: string,
  password: string,
): string {
  const login = user === '' ? [['requirepass', password]] : [['user', user, 'on', `>${password}`, '~*', '&*', '+@all']];
  const aof =
    facts.manifest === null
      ? []
      : [
          ['appendonly', 'yes'],
          ['appendfilename', facts.manifest.replace(/\.manifest$/, '')],
        ];
  const lines = [
    ['bind', ...new Set([host, isIP(host) === 6 ? '::1' : '127.0.0.1'])],
    ['port', String(port)],
    ['dir', folder],
    ['databases', databases],
    ['save', ''],
    ['dbfilename', 'backup.rdb'],
    ['aof-load-truncated', 'no'],
    ['repl-diskless-sync', 'yes'],
    ['repl-diskless-sync-delay', '0'],
    ['enable-debug-command', 'yes'],
    ...login,
    ...aof,
  ];
  return `${lines.map((words) => words.map(quoted).join(' ')).join('\n')}\n`;
}

const quoted = (word: string): string =>
  `"${[...Buffer.from(word)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`;

/** Undefined: not yet. */
async function loaded(login: Login, over: { readonly done: boolean }): Promise<Redis | 'ended' | undefined> {
  if (over.done) return 'ended';
  const opened = await openRedis(login, new AbortController().signal);
  if (!opened.ok) return undefined;
  const pong = await opened.value.call('PING');
  if (pong.ok) return opened.value;
  opened.value.close();
  return wordOf(pong.error) === 'LOADING' || !over.done ? undefined : 'ended';
}

function freePort(host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', (error) =>
    reject(
      new WorkFailed(
        `This machine cannot listen at ${host}: ${reasonOf(error)}.`,
        `${untouched} Name an address of this machine in \`stagingHost\`.`,
      ),
    ),
  );
  server.listen(0, host, () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
}
