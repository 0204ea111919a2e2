/** Tests of a program that is not here are left out by name; on the build server that is a failure. */
import { execFileSync } from 'node:child_process';
import { test } from '@jest/globals';

export function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `test` where `program` is here or must be (CI=true); else a test left out that says how to get it. */
export function testWith(program: string): (name: string, run: () => Promise<void>) => void {
  if (has(program) || process.env.CI === 'true') return (name, run) => test(name, run);
  return (name, run) => test.skip(`${name} (needs ${program}: apt-get install ${program})`, run);
}
