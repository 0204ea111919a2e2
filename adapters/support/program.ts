/** Runs a helper program: no shell, nothing on standard input unless given, bounded by a signal. */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { oneLine } from './reason.ts';

export interface Setting {
  /** Absolute: where it runs. */
  readonly folder: string;
  /** Whole: nothing is added to it. Without it the process's own. */
  readonly env?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
}

export interface Refusal {
  /** Null: it could not be started, or was ended. */
  readonly code: number | null;
  readonly missing: boolean;
  readonly cancelled: boolean;
  /** What it said on standard error, or else on standard output; or why there is nothing. */
  readonly words: string;
}

export type Argv = readonly [string, ...string[]];

/** Resolves with its standard output where it ended with 0. */
export async function runProgram(argv: Argv, setting: Setting, input?: string): Promise<Result<string, Refusal>> {
  const { execa } = await import('execa');
  const { folder, env, signal } = setting;
  const [program, ...args] = argv;
  const ended = await execa(program, args, {
    cwd: folder,
    reject: false,
    stripFinalNewline: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(env === undefined ? {} : { env: { ...env }, extendEnv: false }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (!ended.failed) return ok(ended.stdout);
  const said = ended.stderr.trim() === '' ? ended.stdout : ended.stderr;
  const why = oneLine(ended.originalMessage ?? 'it could not be started');
  const cancelled = ended.isCanceled;
  const words = cancelled ? 'cancelled' : said.trim() === '' ? (ended.exitCode === undefined ? why : '') : said.trim();
  return err({ code: ended.exitCode ?? null, missing: ended.code === 'ENOENT', cancelled, words });
}

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** For people: each argument as a shell would take it. */
export const shown = (argv: readonly string[]): string =>
  argv
    .map((word) => (plain.test(word) ? word : `'${word.replaceAll(/\s*\n\s*/g, ' ').replaceAll("'", `'\\''`)}'`))
    .join(' ');
