/**
 * One call of restic, and what its words mean. The password goes by the environment, the repository too: its address
 * may hold one. Owns: argv, environment, the meaning of failures. Does not own: what is asked.
 */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Obstacle } from '../../support/programs.ts';
import { firstLine, lastLines, oneLine } from '../../support/reason.ts';
import type { Order } from './input.ts';

export interface Asking {
  readonly order: Order;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** A look at a repository that does not answer must not take the quarter of an hour that restic takes. */
  readonly timeoutMs?: number;
}

export async function restic(asking: Asking, args: readonly string[]): Promise<Result<string, Obstacle>> {
  const lines: string[] = [];
  const ended = await resticLines(asking, args, (line) => lines.push(line));
  return ended.ok ? ok(lines.join('\n')) : ended;
}

/** Gives each line of its output to `take`; for what may be long. */
export async function resticLines(
  { order, env, signal, timeoutMs }: Asking,
  args: readonly string[],
  take: (line: string) => void,
): Promise<Result<null, Obstacle>> {
  const { execa } = await import('execa');
  const running = execa('restic', args, {
    env: environment(order, env),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    buffer: { stdout: false },
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  for await (const line of running) take(String(line));
  const { failed, stderr, exitCode, timedOut, isCanceled } = await running;
  if (!failed) return ok(null);
  const where = order.repository ?? 'the repository of the environment';
  if (isCanceled) return err({ reason: `${where}: cancelled`, remedy: 'Try again.' });
  if (timedOut) {
    const reason = `${where}: no answer within ${(timeoutMs ?? 0) / 1_000} s: ${oneLine(lastLines(stderr, 1))}`;
    return err({ reason, remedy: 'See that its host can be reached from here.' });
  }
  if (exitCode === undefined) {
    return err({ reason: 'The program restic is missing', remedy: 'Install it: apt-get install restic' });
  }
  return err(meaning(stderr, where));
}

export function environment(order: Order, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { RESTIC_REPOSITORY, RESTIC_REPOSITORY_FILE, ...withoutRepository } = env;
  const { RESTIC_PASSWORD, RESTIC_PASSWORD_FILE, RESTIC_PASSWORD_COMMAND, ...rest } = withoutRepository;
  const repository = { RESTIC_REPOSITORY, RESTIC_REPOSITORY_FILE };
  const password = { RESTIC_PASSWORD, RESTIC_PASSWORD_FILE, RESTIC_PASSWORD_COMMAND };
  return {
    ...rest,
    ...(order.repository === null ? repository : { RESTIC_REPOSITORY: order.repository }),
    ...(order.password !== null
      ? { RESTIC_PASSWORD: order.password }
      : order.passwordFile === null
        ? password
        : { RESTIC_PASSWORD_FILE: order.passwordFile }),
  };
}

const meanings: readonly (readonly [RegExp, string, string])[] = [
  [/wrong password or no key found/, 'the password is wrong', 'Correct `password` (or the file or variable).'],
  [
    /empty password/,
    'no password was given',
    'Give `password`, `passwordFile`, or RESTIC_PASSWORD as the step’s `env`.',
  ],
  [
    /specify repository location/,
    'no repository was given',
    'Give `repository`, or RESTIC_REPOSITORY as the step’s `env`.',
  ],
  [/Is there a repository|unable to open config file/, 'there is no restic repository', 'Correct `repository`.'],
  [
    /already locked/,
    'it is locked by another restic',
    'Wait for its end; if none runs any more, remove the stale lock: restic unlock. For a repository that is only read: noLock: true.',
  ],
  [
    /permission denied|read-only file system/,
    'it may not be accessed',
    'Run as a user who may; to read only: noLock: true.',
  ],
  [/no space left/, 'the disk is full', 'Make room there.'],
  [
    /no such host|connection refused|unreachable|i\/o timeout/,
    'it cannot be reached',
    'See to its host and the network.',
  ],
  [
    /does not match hash|invalid data|ciphertext verification|unexpected EOF|pack .* not found|blob .* not found|no such file or directory/,
    'it is damaged',
    'Ask restic what is left: restic check --read-data. Restore from another copy.',
  ],
];

/** What restic meant, its own words after it. */
export function meaning(stderr: string, where: string): Obstacle {
  const known = meanings.find(([pattern]) => pattern.test(stderr));
  const words = oneLine(fatal(stderr));
  if (known === undefined) return { reason: `${where}: restic: ${words}`, remedy: 'Remove the cause, then try again.' };
  const [, what, remedy] = known;
  return { reason: `${where}: ${what} (restic: ${words})`, remedy };
}

function fatal(stderr: string): string {
  return firstLine(stderr.split('\n').find((line) => /^Fatal|^error/i.test(line)) ?? lastLines(stderr, 1));
}
