/** A Redis server of its own for a test: empty, on a free loopback port, with a password, in a temporary folder. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { locate } from '../../../tools/test-servers.mjs';
import { freePort, type Server, serverFolder, startServer } from './server.ts';

export const redisPrograms: readonly string[] = ['redis-server', 'redis-cli'];

export interface RedisServer {
  /** What an adapter needs to log in. */
  readonly login: { readonly host: string; readonly port: number; readonly password: string };
  readonly socket: string;
  /** Where it keeps its data: `dump.rdb`, `appendonlydir`. */
  readonly folder: string;
  /** What redis-cli says to one command, trimmed. Throws for an error. */
  cli(...args: readonly string[]): string;
  /** Sends many commands at once, a line each. */
  pipe(lines: readonly string[]): void;
  /** The server is gone; its folder too. */
  stop(): Promise<void>;
}

const password = 'very-secret-of-the-test';

export async function startRedis(more: readonly string[] = []): Promise<RedisServer> {
  const { folder, remove } = serverFolder('redis');
  const port = await freePort();
  const socket = join(folder, 'socket');
  const env = { PATH: process.env.PATH ?? '', REDISCLI_AUTH: password };
  const where = ['-h', '127.0.0.1', '-p', String(port)];
  const cli = (...args: readonly string[]) =>
    execFileSync(path('redis-cli'), [...where, '-e', ...args], { env, encoding: 'utf8', stdio: 'pipe' }).trim();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socket, '--dir', folder];
  const ready = async () =>
    spawnSync(path('redis-cli'), [...where, 'PING'], { env, encoding: 'utf8' }).stdout === 'PONG\n';
  let server: Server;
  try {
    const argv = [
      ...settings,
      '--repl-diskless-sync-delay',
      '0',
      '--requirepass',
      password,
      '--save',
      '3600 1',
      ...more,
    ];
    server = await startServer([path('redis-server'), ...argv], { folder, env, ready });
  } catch (error) {
    remove();
    throw error;
  }
  const stop = async () => {
    await server.stop('SIGKILL');
    remove();
  };
  const pipe = (lines: readonly string[]) => {
    execFileSync(path('redis-cli'), where, { env, input: lines.join('\n'), stdio: 'pipe', maxBuffer: 2 ** 28 });
  };
  return { login: { host: '127.0.0.1', port, password }, socket, folder, cli, pipe, stop };
}

/** Not `path` of needs.ts: other rigs start a server too, without Jest. */
const path = (program: string): string => locate(program) ?? program;
