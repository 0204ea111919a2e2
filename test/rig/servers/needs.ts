/** Tests of a program that is not here are left out by name; on the build server (CI=true) that is a failure. */
import { describe } from '@jest/globals';
import { locate, packageOf } from '../../../tools/test-servers.mjs';

export { path } from './program.ts';

/** `describe` where all of `programs` are here or must be; else a block left out that says how to get them. */
export function describeWith(programs: readonly string[], name: string, body: () => void): void {
  const missing = programs.filter((program) => locate(program) === undefined);
  if (missing.length === 0 || process.env.CI === 'true') {
    describe(name, body);
    return;
  }
  const install = [...new Set(missing.map((program) => packageOf(program) ?? program))].join(' ');
  describe.skip(`${name} (needs ${missing.join(', ')}: apt-get install ${install})`, body);
}
