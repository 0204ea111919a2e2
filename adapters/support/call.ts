/**
 * A short call of a program inside the engine: argv without a shell, nothing on standard input. Owns: that the
 * program and what it has started in its process group end with the signal or the limit (P6).
 */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { codeOf, fieldOf, reasonOf } from './reason.ts';

export interface Called {
  /** Null: it was ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions extends Pick<AdapterContext, 'folder' | 'signal'> {
  readonly env: { readonly [name: string]: string };
  readonly limitMs: number;
}

const graceMs = 1_000;

/** An error is a program that could not be started, was cancelled, or did not end in time. */
export async function call(argv: readonly string[], options: CallOptions): Promise<Result<Called, string>> {
  const { execa } = await import('execa');
  const { folder, env, signal, limitMs } = options;
  const [program = '', ...args] = argv;
  const limit = AbortSignal.timeout(Math.ceil(limitMs));
  const told = AbortSignal.any([signal, limit]);
  if (told.aborted) return err('cancelled');
  const child = execa(program, args, {
    cwd: folder,
    env: { ...env },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    detached: true,
  });
  const end = () => endGroup(child.pid);
  told.addEventListener('abort', end, { once: true });
  const { failed, exitCode, stdout, stderr, cause } = await child;
  told.removeEventListener('abort', end);
  if (signal.aborted) return err('cancelled');
  if (limit.aborted) return err(`it did not end within ${Math.ceil(limitMs / 1_000)} s`);
  if (failed && exitCode === undefined && codeOf(cause) !== undefined) return err(notStarted(program, cause));
  return ok({ exitCode: exitCode ?? null, stdout, stderr });
}

function notStarted(program: string, cause: unknown): string {
  if (fieldOf(cause, 'code') === 'ENOENT') return `there is no program ${program}`;
  return `${program} cannot be started: ${reasonOf(cause)}`;
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  const send = (signal: NodeJS.Signals) => {
    try {
      process.kill(-pid, signal);
    } catch {}
  };
  send('SIGTERM');
  setTimeout(() => send('SIGKILL'), graceMs).unref();
}

/** What a program said when it failed: its trouble, else its output. */
export const wordsOf = ({ stderr, stdout }: Called): string =>
  (stderr.trim() === '' ? stdout : stderr).trim().slice(-2_000);
