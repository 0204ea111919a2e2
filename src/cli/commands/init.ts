/** `backout init`: a first playbook to fill in. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { exit } from '../exit-codes.ts';
import { firstPlaybook } from '../first-playbook.ts';
import type { CommandRun } from '../invocation.ts';

export const run: CommandRun = async (call, surface) => {
  const file = call.args[0] ?? 'playbook.yaml';
  const path = resolve(surface.cwd, file);
  try {
    writeFileSync(path, firstPlaybook, { flag: call.has('force') ? 'w' : 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST')
      throw new Fault('usage', `${file} is there already`, 'Give another name, or --force to overwrite it.');
    throw new Fault('usage', `${path} cannot be written (${code})`);
  }
  surface.err(`Wrote ${file}. Next: edit it, then: backout lint ${file} && backout run --dry-run ${file}\n`);
  return exit.backedOut;
};
