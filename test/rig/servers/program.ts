/** Where a server program lies; also for the demo and the benchmark, which run without Jest. */
import { locate, packageOf } from '../../../tools/test-servers.mjs';

/** Absolute path of a program; throws, with the command that installs it, where it is missing. */
export function path(program: string): string {
  const found = locate(program);
  if (found === undefined) throw new Error(`${program} is missing: apt-get install ${packageOf(program) ?? program}`);
  return found;
}
