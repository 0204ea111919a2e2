/** A change's file as the data of a playbook that carries it out, with every value's place kept. */
import type { JsonObject } from '../../kernel/json.ts';
import type { Path } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import { changeStepKeys, occasionKeys, sharedKeys, stepIdAt } from './change.ts';
import { asList, asMapping, only, without } from './written.ts';

/** `strange`: keys of steps that were told already, by index of the step. */
export function forwardDocument(
  document: PlaybookDocument,
  written: JsonObject,
  strange: ReadonlyMap<number, readonly string[]>,
): PlaybookDocument {
  const steps = (asList(written.steps) ?? []).map((step, index) => {
    const mapping = asMapping(step);
    if (mapping === undefined) return step;
    return { id: stepIdAt(index), ...without(mapping, [...changeStepKeys, ...(strange.get(index) ?? [])]) };
  });
  const data: JsonObject = {
    name: typeof written.id === 'string' ? written.id : 'change',
    ...only(written, sharedKeys),
    change: only(written, occasionKeys),
    phases: { restore: steps },
  };
  return document.arranged(data, (path) => ({ document, path: placeInChange(path) }));
}

/** `phases.restore[2].run` of the playbook stands at `steps[2].run` of the change. */
function placeInChange(path: Path): Path {
  const [first, second, ...rest] = path;
  if (first === 'phases') return second === undefined ? ['steps'] : ['steps', ...rest];
  return first === 'change' && second !== undefined ? [second, ...rest] : path;
}
