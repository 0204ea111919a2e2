/** `backout schema`: the JSON Schema (draft-07) of the playbook, or of the change, for editors. */
import { Fault } from '../../kernel/fault.ts';
import { buildChangeJsonSchema } from '../../playbook/change/change-json-schema.ts';
import { buildJsonSchema } from '../../playbook/json-schema.ts';
import { didYouMean } from '../../playbook/suggest.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';

export const run: CommandRun = async (call, surface) => {
  surface.out(`${JSON.stringify(schemaOf(call.args[0] ?? 'playbook'), null, 2)}\n`);
  return exit.backedOut;
};

function schemaOf(file: string): object {
  if (file === 'playbook') return buildJsonSchema();
  if (file === 'change') return buildChangeJsonSchema();
  const remedy = didYouMean(file, ['playbook', 'change'], 'Write: backout schema playbook, or backout schema change.');
  throw new Fault('usage', `there is no schema "${file}"`, remedy);
}
