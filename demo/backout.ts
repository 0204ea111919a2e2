/** The real command line, as an operator or a pipeline would call it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from './narrator.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = fileURLToPath(new URL('../bin/backout.js', import.meta.url));
export const playbook = fileURLToPath(new URL('../playbooks/shop-release/playbook.yaml', import.meta.url));

export type Environment = { readonly [name: string]: string };

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ran>;
}

/** Progress (stderr) goes to the reader as it comes; the result (stdout) is kept. */
export function startBackout(home: string, args: readonly string[], env: Environment = {}): Running {
  command(['bin/backout.js', ...args.map((arg) => (arg.endsWith('/playbook.yaml') ? relative(root, arg) : arg))]);
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: { ...process.env, ...env, BACKOUT_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout: Buffer.concat(chunks).toString('utf8') }));
  });
  return { process: child, ended };
}

export function backout(home: string, env: Environment, ...args: readonly string[]): Promise<Ran> {
  return startBackout(home, args, env).ended;
}

export interface JournalEvent {
  readonly type: string;
  readonly step?: string;
}

/** The events of a journal, in order. */
export function eventsOf(journal: string): readonly JournalEvent[] {
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line).event);
}
