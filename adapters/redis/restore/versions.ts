/** The data goes through the redis-server of this machine: its format must be one that the live server can read. */
import type { Trouble } from '../../support/access.ts';

/** Null: it can. */
export async function tooNewFor(live: string): Promise<Trouble | null> {
  const { execa } = await import('execa');
  const { failed, stdout } = await execa('redis-server', ['--version'], { reject: false, stdin: 'ignore' });
  if (failed)
    return { reason: 'The program redis-server is missing here', remedy: 'Install it: apt-get install redis-server' };
  const here = /v=(\d+\.\d+)/.exec(stdout)?.[1] ?? '0.0';
  if (!isNewer(here, live)) return null;
  return {
    reason: `The redis-server here has version ${here}, the live one is older: ${live}`,
    remedy: 'It could not read the data. Run this where redis-server is not newer.',
  };
}

export function isNewer(one: string, other: string): boolean {
  const [a = 0, b = 0] = one.split('.').map(Number);
  const [c = 0, d = 0] = other.split('.').map(Number);
  return a > c || (a === c && b > d);
}
