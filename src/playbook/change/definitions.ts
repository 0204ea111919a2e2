/** What each step of a change says, as a digest: whether the file was edited since it was carried out. */
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Json } from '../../kernel/json.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { stepIdAt } from './change.ts';
import { asList, asMapping, asText } from './written.ts';

/** By id of the step; of data that nothing has checked yet, steps without an id by their number. */
export function stepDefinitions(data: Json): { readonly [step: string]: string } {
  const steps = asList(asMapping(data)?.steps) ?? [];
  return Object.fromEntries(
    steps.map((step, index) => [asText(asMapping(step)?.id) ?? stepIdAt(index), sha256(canonicalJson(step))]),
  );
}
