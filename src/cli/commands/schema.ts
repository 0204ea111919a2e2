/** `backout schema`: the playbook's JSON Schema (draft-07), for editors. */
import { buildJsonSchema } from '../../playbook/json-schema.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';

export const run: CommandRun = async (_call, surface) => {
  surface.out(`${JSON.stringify(buildJsonSchema(), null, 2)}\n`);
  return exit.backedOut;
};
