/** The real command line, as an operator or a pipeline would call it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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

const engines = new Set<Running>();

/** Resolves when none is left. */
export async function endEngines(): Promise<void> {
  for (const { process: engine } of engines) engine.kill('SIGTERM');
  await Promise.all([...engines].map(({ ended }) => ended));
}

/** Progress (stderr) goes to the reader as it comes; the result (stdout) is kept. */
export function startBackout(home: string, args: readonly string[], env: Environment = {}): Running {
  command(['bin/backout.js', ...args.map((arg) => (arg.endsWith('/playbook.yaml') ? relative(root, arg) : arg))]);
  const engine = launch(home, args, env, 'inherit');
  engines.add(engine);
  void engine.ended.finally(() => engines.delete(engine)).catch(() => undefined);
  return engine;
}

function launch(home: string, args: readonly string[], env: Environment, stderr: 'inherit' | 'ignore'): Running {
  // A session of its own: a Ctrl-C is for the demo, which ends it in its own way.
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: { ...process.env, ...env, BACKOUT_HOME: home },
    stdio: ['ignore', 'pipe', stderr],
    detached: true,
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

/** Steps outlive their engine: the program itself knows which, and ends them. */
export async function stopOpenRuns(home: string): Promise<void> {
  if (!existsSync(join(home, 'runs'))) return;
  const listed = await launch(home, ['runs', '--json'], {}, 'ignore').ended;
  const runs = JSON.parse(listed.stdout || '[]') as readonly {
    readonly run: string;
    readonly exitCode: number | null;
  }[];
  for (const { run, exitCode } of runs) if (exitCode === null) await launch(home, ['stop', run], {}, 'ignore').ended;
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
