/**
 * Of a change with faults, as much as lets its way back be looked at all the same: each step that can be named, doing
 * nothing, with the undo steps that it has. So faults in both directions are told at once.
 */
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { PlaybookDocument } from '../document.ts';
import { changeKeys, stepIdAt } from './change.ts';
import { asList, asMapping, asText, only } from './written.ts';

/** Undefined where it has no steps. */
export function soundPart(document: PlaybookDocument): PlaybookDocument | undefined {
  const written = asMapping(document.data);
  const steps = asList(written?.steps);
  if (written === undefined || steps === undefined) return undefined;
  const named = new Map<string, number>();
  for (const [index, step] of steps.entries()) {
    const id = asText(asMapping(step)?.id) ?? stepIdAt(index);
    if (!named.has(id)) named.set(id, index);
  }
  const places = [...named.values()];
  const kept = [...named].map(([id, index]) => ({ id, run: 'true', backout: undoSteps(steps[index]) }));
  const data: JsonObject = { ...only(written, changeKeys), steps: kept };
  return document.arranged(data, ([key, index, ...inside]) => {
    const from = key === 'steps' && typeof index === 'number' ? (places[index] ?? index) : index;
    return { document, path: key === undefined ? [] : from === undefined ? [key] : [key, from, ...inside] };
  });
}

function undoSteps(step: Json | undefined): readonly Json[] {
  const list = asList(asMapping(step)?.backout) ?? [];
  return list.every((undo) => asMapping(undo) !== undefined) ? list : [];
}
