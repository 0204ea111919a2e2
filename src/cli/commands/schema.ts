/** `backout schema`: the playbook's JSON Schema (draft-07), for editors. */
import { playbookJsonSchema } from '../../playbook/accepts.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';

export const run: CommandRun = async (_call, surface) => {
  surface.out(`${JSON.stringify(playbookJsonSchema(), null, 2)}\n`);
  return exit.backedOut;
};
