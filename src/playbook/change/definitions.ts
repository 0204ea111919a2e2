/** What a change and its frame say, as digests: whether a file was edited since it was carried out. */
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Json } from '../../kernel/json.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { stepIdAt } from './change.ts';
import { asList, asMapping, asText, without } from './written.ts';

/** By id of the step; of data that nothing has checked yet, steps without an id by their number. */
export function stepDefinitions(data: Json): { readonly [step: string]: string } {
  const steps = asList(asMapping(data)?.steps) ?? [];
  return Object.fromEntries(
    steps.map((step, index) => [asText(asMapping(step)?.id) ?? stepIdAt(index), sha256(canonicalJson(step))]),
  );
}

/** What each step waits for: what it says of it, else the step above. By id, as `stepDefinitions`. */
export function stepNeeds(data: Json): { readonly [step: string]: readonly string[] } {
  const steps = (asList(asMapping(data)?.steps) ?? []).map((step) => asMapping(step));
  const ids = steps.map((step, index) => asText(step?.id) ?? stepIdAt(index));
  return Object.fromEntries(
    steps.map((step, index) => {
      const written = asList(step?.needs)?.flatMap((id) => asText(id) ?? []);
      return [ids[index] ?? stepIdAt(index), written ?? ids.slice(Math.max(0, index - 1), index)];
    }),
  );
}

const ofNoEffect = ['name', 'summary', 'lint', 'rehearsal'];

/** What a frame does in a backout; what only names, judges or rehearses it may be edited at any time. */
export const frameDefinition = (data: Json): string =>
  sha256(canonicalJson(without(asMapping(data) ?? {}, ofNoEffect)));
