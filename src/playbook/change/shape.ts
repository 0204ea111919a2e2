/** What a change has that a playbook has not: its kind, its id, its frame, and for each step the way back. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Path } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import { shown } from '../schema-issues.ts';
import { nearest } from '../suggest.ts';
import { backKeys, changeKeys, changeStepKeys } from './change.ts';
import { asList, asText } from './written.ts';

const wayBack = 'Give it exactly one of backout: (the steps that undo it), irreversible: (why not) and coveredBy:.';

export function checkHead(document: PlaybookDocument, written: JsonObject): readonly Diagnostic[] {
  return [
    ...Object.keys(written)
      .filter((key) => !changeKeys.includes(key))
      .map((key) => unknownKey(document, key)),
    ...required(document, written, 'kind', 'kind: Change'),
    ...required(document, written, 'id', 'id: CHG0042'),
    ...(written.kind === undefined || written.kind === 'Change' ? [] : [otherKind(document, written.kind)]),
    ...(asText(written.id) === undefined && written.id !== undefined ? [notText(document, ['id'], written.id)] : []),
    ...checkFrame(document, written.frame),
    ...checkList(document, written.steps),
  ];
}

function required(document: PlaybookDocument, written: JsonObject, key: string, example: string): Diagnostic[] {
  if (written[key] !== undefined) return [];
  return [document.error('missing-key', [], `"${key}" is missing in the change`, `Add "${example}".`)];
}

const elsewhere: Readonly<Record<string, string>> = {
  phases: 'A change has steps:, not phases. Who is told and what is checked stands in the playbook that frame: names.',
  escalate: 'It belongs into the playbook that frame: names.',
  backout: 'Each step says its own backout:.',
  change: 'A change says id, risk, windowEnds and summary itself, without change: around them.',
};

function unknownKey(document: PlaybookDocument, key: string): Diagnostic {
  const meant = nearest(key, changeKeys);
  const known = `Known here: ${changeKeys.join(', ')}.`;
  const remedy = elsewhere[key] ?? (meant === undefined ? known : `Did you mean "${meant}"?`);
  return document.error('unknown-key', [key], `unknown key "${key}" in the change`, remedy, 'key');
}

function otherKind(document: PlaybookDocument, kind: Json): Diagnostic {
  const remedy =
    kind === 'Playbook' ? 'This is a playbook: backout run, plan and lint take it.' : 'Write kind: Change.';
  return document.error('wrong-kind', ['kind'], `kind is ${shown(kind)}: a change has kind: Change`, remedy);
}

function notText(document: PlaybookDocument, path: Path, found: Json): Diagnostic {
  const remedy = typeof found === 'number' ? `Quote it as it is meant: '${found}'.` : undefined;
  return document.error('wrong-type', path, `${String(path.at(-1))} is ${shown(found)}: must be text`, remedy);
}

function checkFrame(document: PlaybookDocument, frame: Json | undefined): readonly Diagnostic[] {
  if (frame === undefined) return [];
  const path = asText(frame);
  if (path === undefined) return [notText(document, ['frame'], frame)];
  const message = frameFault(path);
  if (message === undefined) return [];
  const remedy = 'Put it beside the change, and write frame: ./playbook.yaml.';
  return [document.error('frame-elsewhere', ['frame'], message, remedy)];
}

/** A name beside the change: in no other folder, and no folder. */
export const framePattern = /^(?=.*\S)(?:\.\/)*(?!\.{1,2}$)[^/]+$/;

/** Why a playbook there cannot be a frame. */
export function frameFault(path: string): string | undefined {
  if (framePattern.test(path)) return undefined;
  return `frame ${path} is not beside the change, so that paths in it would mean something else`;
}

function checkList(document: PlaybookDocument, steps: Json | undefined): readonly Diagnostic[] {
  if (steps === undefined) {
    return [document.error('missing-key', [], '"steps" is missing in the change', 'Add what the change does.')];
  }
  const list = asList(steps);
  if (list === undefined) {
    return [document.error('wrong-type', ['steps'], `steps is ${shown(steps)}: must be a list of steps`)];
  }
  if (list.length > 0) return [];
  return [document.error('no-steps', ['steps'], 'the change has no steps', 'Say what the change does.')];
}

/** Keys that are no step's, and near to what a change's step has. */
export function strangeKeys(step: JsonObject, known: readonly string[]): readonly string[] {
  return Object.keys(step).filter(
    (key) => !known.includes(key) && !changeStepKeys.includes(key) && meantKey(key) !== undefined,
  );
}

const alike: Readonly<Record<string, string>> = { undo: 'backout', revert: 'backout', rollback: 'backout' };
const meantKey = (key: string): string | undefined => alike[key] ?? nearest(key, changeStepKeys);

export function checkStep(
  document: PlaybookDocument,
  id: string,
  step: JsonObject,
  path: Path,
  strange: readonly string[],
): readonly Diagnostic[] {
  const told = strange.map((key) => {
    const message = `unknown key "${key}" in step ${id}`;
    return document.error('unknown-key', [...path, key], message, `Did you mean "${meantKey(key)}"?`, 'key');
  });
  return [...told, ...checkWay(document, id, step, path, strange), ...checkAtomic(document, id, step, path)];
}

function checkWay(
  document: PlaybookDocument,
  id: string,
  step: JsonObject,
  path: Path,
  strange: readonly string[],
): readonly Diagnostic[] {
  const [first, ...others] = backKeys.filter((key) => Object.hasOwn(step, key));
  if (first === undefined) {
    if (strange.some((key) => meantKey(key) !== 'atomic')) return [];
    return [document.error('no-way-back', path, `step ${id} does not say how it is taken back`, wayBack)];
  }
  const doubled = others.map((other) =>
    document.error('two-ways-back', [...path, other], `step ${id} has both ${first} and ${other}`, wayBack, 'key'),
  );
  return [...doubled, ...checkValue(document, id, first, step[first], path)];
}

function checkValue(
  document: PlaybookDocument,
  id: string,
  key: (typeof backKeys)[number],
  found: Json | undefined,
  path: Path,
): readonly Diagnostic[] {
  const here = [...path, key];
  if (key === 'backout') {
    const list = asList(found);
    if (list !== undefined) return [];
    const message = `backout of step ${id} is ${shown(found)}: must be a list of steps`;
    const remedy = 'Write the steps that undo it; `backout: []` for a step that changes nothing, such as a check.';
    return [document.error('wrong-type', here, message, remedy)];
  }
  if (asText(found) !== undefined) return [];
  const wanted = key === 'irreversible' ? 'the reason, as text' : 'the id of a restore step of the frame';
  return [document.error('wrong-type', here, `${key} of step ${id} is ${shown(found)}: must be ${wanted}`)];
}

function checkAtomic(document: PlaybookDocument, id: string, step: JsonObject, path: Path): readonly Diagnostic[] {
  if (step.atomic === undefined || typeof step.atomic === 'boolean') return [];
  const message = `atomic of step ${id} is ${shown(step.atomic)}: must be true or false`;
  return [document.error('wrong-type', [...path, 'atomic'], message)];
}
