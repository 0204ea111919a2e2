/**
 * One call of git in a work tree: no hooks, no questions, no GIT_* of the caller, which would point it elsewhere.
 * What may be read only is: with `GIT_OPTIONAL_LOCKS=0` a look does not even refresh the index.
 */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Obstacle } from '../../support/programs.ts';
import { lastLines, oneLine } from '../../support/reason.ts';
import type { Order } from './input.ts';

export interface Asking {
  readonly order: Order;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

const settings = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  '-c',
  'advice.detachedHead=false',
  '-c',
  'submodule.recurse=false',
];

export async function git({ order, env, signal }: Asking, args: readonly string[]): Promise<Result<string, Obstacle>> {
  const { execa } = await import('execa');
  const signers = order.allowedSigners === null ? [] : ['-c', `gpg.ssh.allowedSignersFile=${order.allowedSigners}`];
  const ended = await execa('git', ['-C', order.folder, ...settings, ...signers, ...args], {
    env: environment(env),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    stripFinalNewline: true,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const { failed, stdout, stderr, exitCode, isCanceled } = ended;
  if (!failed) return ok(stdout);
  if (isCanceled) return err({ reason: 'git was cancelled', remedy: 'Try again.' });
  if (exitCode === undefined)
    return err({ reason: 'The program git is missing', remedy: 'Install it: apt-get install git' });
  return err(meaning(order, stderr === '' ? stdout : stderr));
}

function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')));
  return {
    ...kept,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=10',
  };
}

export function meaning({ folder }: Order, words: string): Obstacle {
  const said = oneLine(lastLines(words, 3));
  const known: readonly (readonly [RegExp, string, string])[] = [
    [
      /dubious ownership/,
      `${folder} belongs to another user, so git does not trust it`,
      `Run as its owner, or, if it is to be trusted: git config --global --add safe.directory ${folder}`,
    ],
    [/not a git repository/, `${folder} is not the work tree of a git repository`, 'Correct `folder`.'],
    [/cannot change to/, `${folder} is not there`, 'Correct `folder`.'],
    [/must be run in a work tree/, `${folder} is a bare repository, without a work tree`, 'Correct `folder`.'],
    [
      /index\.lock/,
      `Another git works in ${folder}, or was killed there`,
      `Wait for its end; if none runs any more: rm ${folder}/.git/index.lock`,
    ],
    [/No space left/, `The disk of ${folder} is full`, 'Make room there.'],
    [/Permission denied|Read-only file system/, `${folder} may not be written`, 'Run as a user who may.'],
    [
      /does not appear to be a git repository|Could not read from remote|unable to access|Could not resolve/,
      'The remote cannot be reached',
      'See to `fetch`, its address and the network.',
    ],
  ];
  const [, what, remedy] = known.find(([pattern]) => pattern.test(words)) ?? [];
  if (what === undefined) return { reason: `git in ${folder}: ${said}`, remedy: 'Remove the cause, then try again.' };
  return { reason: `${what} (git: ${said})`, remedy: remedy ?? '' };
}
