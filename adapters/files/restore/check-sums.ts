/**
 * Digests of very many files at once: `sha256sum --check`, a process for each processor. It only ever says that all is
 * as listed; what is not, the slower comparison finds and names.
 */
import { availableParallelism } from 'node:os';
import { Readable } from 'node:stream';

type Listed = readonly (readonly [path: string, digest: string])[];

/** Fewer are compared sooner than a process is started. */
export const worthAProcess = 256;
const mostProcesses = 4;

/** Names that sha256sum would want escaped, in one way or another by its version. */
export const isPlain = (path: string): boolean => !/[\\\r\n]/.test(path);

/** True: every file below `root` has the digest that is listed for it. False: not so, or it could not be found out. */
export async function areAsListed(root: string, listed: Listed, signal?: AbortSignal): Promise<boolean> {
  const processes = Math.min(mostProcesses, availableParallelism());
  const share = Math.ceil(listed.length / processes);
  const shares = Array.from({ length: processes }, (_, n) => listed.slice(n * share, (n + 1) * share));
  const checked = await Promise.all(shares.filter(({ length }) => length > 0).map((part) => check(root, part, signal)));
  return checked.every((good) => good);
}

async function check(root: string, listed: Listed, signal?: AbortSignal): Promise<boolean> {
  const { execa } = await import('execa');
  const { failed } = await execa('sha256sum', ['--check', '--status', '--strict'], {
    cwd: root,
    reject: false,
    input: Readable.from(lines(listed)),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  return !failed;
}

const linesAtOnce = 1_000;

function* lines(listed: Listed): Generator<string> {
  for (let at = 0; at < listed.length; at += linesAtOnce) {
    const some = listed.slice(at, at + linesAtOnce);
    yield some.map(([path, digest]) => `${digest}  ./${path}\n`).join('');
  }
}
