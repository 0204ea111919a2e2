/** One call of rsync, and what its exit code means: that it ended is not that it copied all. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Obstacle } from '../../support/programs.ts';
import { lastLines, oneLine } from '../../support/reason.ts';
import { Listener, type Said } from './itemized.ts';

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

export async function rsync(args: readonly string[], { env, signal }: Surroundings): Promise<Result<Said, Obstacle>> {
  const { execa } = await import('execa');
  const running = execa('rsync', args, {
    env: environment(env),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    buffer: { stdout: false },
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const listener = new Listener();
  for await (const line of running) listener.hear(String(line));
  const { failed, exitCode, stderr, isCanceled, signal: killedBy } = await running;
  if (!failed) return ok(listener.said());
  if (isCanceled) return err({ reason: 'rsync was cancelled', remedy: 'Try again.' });
  if (killedBy !== undefined) return err({ reason: `rsync was ended by ${killedBy}`, remedy: 'Retry.' });
  if (exitCode === undefined) {
    return err({ reason: 'The program rsync is missing', remedy: 'Install it: apt-get install rsync' });
  }
  return err(meaning(exitCode, stderr));
}

/** What a user has set for rsync by hand would change what is copied. */
function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    RSYNC_RSH,
    RSYNC_OLD_ARGS,
    RSYNC_PROTECT_ARGS,
    RSYNC_PARTIAL_DIR,
    RSYNC_ICONV,
    RSYNC_CHECKSUM_LIST,
    ...rest
  } = env;
  return { ...rest, LC_ALL: 'C' };
}

const meanings: readonly (readonly [RegExp, string, string])[] = [
  [
    /Permission denied \(publickey|Permission denied, please/,
    'the SSH server refuses the login',
    'See to the key: `ssh.identity`, or the agent.',
  ],
  [
    /Host key verification failed/,
    'the key of the host is not known, or another',
    'Put the right one into known_hosts.',
  ],
  [/Could not resolve hostname/, 'the host name is not known', 'Correct the host.'],
  [
    /Connection refused|Connection timed out|No route to host|timed out/,
    'the host cannot be reached',
    'See to the host, its SSH server and the network.',
  ],
  [/rsync: (?:command )?not found/, 'rsync is missing on the other host', 'Install it there: apt-get install rsync'],
  [/No space left/, 'the disk of the target is full', 'Make room there, then retry: it goes on where it stopped.'],
  [
    /change_dir .* failed: No such file|link_stat .* failed: No such file/,
    'the source is not there',
    'Correct `source`, or mount what it is on.',
  ],
  [/Not a directory/, 'the source or the target is not a folder', 'Name a folder.'],
  [/Permission denied/, 'some files may not be read or written', 'Run as a user who may, then retry.'],
  [
    /max-delete|Deletions stopped/,
    'more would be removed than `maxDelete` allows',
    'See that `source` is the right one; then raise `maxDelete`.',
  ],
];

const codes: Readonly<Record<number, string>> = {
  11: 'files could not be read or written',
  12: 'the connection was lost',
  23: 'not all was copied',
  24: 'files vanished from the source while it was copied',
  25: 'more would be removed than `maxDelete` allows',
  30: 'the other side said nothing for 300 s',
};

export function meaning(exitCode: number, stderr: string): Obstacle {
  const [, what, remedy] = meanings.find(([pattern]) => pattern.test(stderr)) ?? [];
  const why = what ?? codes[exitCode] ?? 'it failed';
  const words = oneLine(lastLines(withoutSummary(stderr), 3));
  return {
    reason: `${why} (rsync: exit code ${exitCode}${words === '' ? '' : `: ${words}`})`,
    remedy: remedy ?? 'Remove the cause, then retry: it goes on where it stopped.',
  };
}

function withoutSummary(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('rsync error:'));
  return lines.length === 0 ? stderr : lines.join('\n');
}
