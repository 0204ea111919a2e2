/**
 * A server program of a test: started on a free loopback port in a temporary folder, awaited until it answers, ended
 * with everything it started. Owns: that nothing of it is left. Does not own: its configuration.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Server {
  readonly pid: number;
  /** What it has said on both outputs. */
  readonly said: () => string;
  /** TERM, then KILL after 5 s, to its whole process group; resolves when it has ended. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

export interface ServerOptions {
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Asked again and again until it resolves with true; a throw counts as not yet. */
  readonly ready: () => Promise<boolean>;
  readonly withinMs?: number;
}

const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) signalGroup(child, 'SIGKILL');
});

/** A new folder that every user may enter, for servers that refuse to run as root. */
export function serverFolder(name: string): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), `backout-${name}-`));
  chmodSync(folder, 0o755);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A loopback port that nobody listens on now; start again with another where somebody was quicker. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Runs `argv` in a process group of its own, in the foreground of that group. */
export async function startServer(argv: readonly [string, ...string[]], options: ServerOptions): Promise<Server> {
  const { folder, env, ready, withinMs = 30_000 } = options;
  const log = join(folder, 'server.log');
  const handle = openSync(log, 'a');
  const [program, ...args] = argv;
  const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ['ignore', handle, handle] });
  closeSync(handle);
  living.add(child);
  const over = { done: false };
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      over.done = true;
      living.delete(child);
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  const said = () => readFileSync(log, 'utf8');
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (over.done) return;
    signalGroup(child, signal);
    const kill = setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000);
    await ended;
    clearTimeout(kill);
    signalGroup(child, 'SIGKILL');
  };
  const deadline = performance.now() + withinMs;
  while (!(await ready().catch(() => false))) {
    if (!over.done && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    await stop('SIGKILL');
    throw new Error(`${program} ${over.done ? 'ended' : `was not ready within ${withinMs} ms`}:\n${said()}`);
  }
  return { pid: child.pid ?? 0, said, stop };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {}
}
