/** Values that a call of `derive` gives for the playbook that it writes. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { resolveParameters } from '../../plan/parameters.ts';
import { givenParams, readParamsFile, withoutNames } from '../given-parameters.ts';
import type { Invocation, Surface } from '../invocation.ts';
import type { DerivedPlaybook } from './derive-playbook.ts';

/** Checked as a run would check them. What only the steps of the change use is of no use here; what is missing may be. */
export async function givenFor(
  { change, playbook: { playbook } }: DerivedPlaybook,
  call: Invocation,
  { cwd }: Surface,
): Promise<Result<JsonObject, readonly Diagnostic[]>> {
  const written = givenParams(call);
  const read = await readParamsFile(call.flag('params-file'), cwd);
  if (playbook === undefined) return ok({});
  const declared = playbook.content.parameters ?? {};
  const forward = Object.keys(change.forward.content.parameters ?? {});
  const others = new Set(forward.filter((name) => !Object.hasOwn(declared, name)));
  const given = { params: withoutNames(written, others), paramsFile: withoutNames(read.paramsFile, others) };
  const { params, diagnostics } = resolveParameters(playbook, given);
  const faults = diagnostics.filter(({ rule }) => rule !== 'missing-parameter');
  if (faults.length > 0) return err(faults);
  const names = new Set([...Object.keys(given.params), ...Object.keys(given.paramsFile)]);
  return ok(Object.fromEntries(Object.entries(params).filter(([name]) => names.has(name))));
}
