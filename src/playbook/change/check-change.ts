/**
 * A change's document → a change that can be carried out, or everything that is wrong with it, at once and in its place.
 *
 * Owns: that every step says how it is taken back. Does not own: what the steps themselves may be (`check.ts`, which
 * sees the change as a playbook), and whether the way back holds together (`plan/derive/check-back.ts`).
 */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { stepKeys } from '../accepts.ts';
import type { AdapterTable } from '../adapter-facts.ts';
import { checkPlaybook, inOrder } from '../check.ts';
import { sitesOf } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Playbook } from '../examined.ts';
import { type Change, type ChangeStep, stepIdAt, type WayBack } from './change.ts';
import { forwardDocument } from './forward.ts';
import { checkHead, checkStep, strangeKeys } from './shape.ts';
import { asList, asMapping, asText } from './written.ts';

export interface CheckedChange {
  /** Absent when there are errors. */
  readonly change: Change | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export async function checkChange(
  document: PlaybookDocument,
  adapters: AdapterTable,
  frame?: Playbook,
): Promise<CheckedChange> {
  const written = asMapping(document.data);
  if (written === undefined) {
    const remedy = 'Begin with: kind: Change, id: and steps:.';
    return { change: undefined, diagnostics: [document.error('wrong-type', [], 'a change is a mapping', remedy)] };
  }
  const steps = (asList(written.steps) ?? []).map((step, index) => writtenStep(step, index));
  const strange = new Map(steps.map(({ index, strange: keys }) => [index, keys]));
  const forward = await checkPlaybook(forwardDocument({ document, written, strange, frame }), adapters);
  const diagnostics = inOrder([
    ...checkHead(document, written),
    ...steps.flatMap(({ id, step, index, strange: keys }) =>
      step === undefined ? [] : checkStep(document, id, step, ['steps', index], keys),
    ),
    ...forward.diagnostics.filter(({ rule }) => rule !== 'wrong-type' || asText(written.id) !== undefined),
  ]);
  const failed = diagnostics.some(({ severity }) => severity === 'error') || forward.playbook === undefined;
  return {
    change: failed || forward.playbook === undefined ? undefined : changeOf(document, written, forward.playbook),
    diagnostics,
  };
}

interface WrittenStep {
  readonly id: string;
  readonly index: number;
  /** Undefined: it is no mapping, which the check of the playbook tells. */
  readonly step: JsonObject | undefined;
  readonly strange: readonly string[];
}

function writtenStep(value: Json, index: number): WrittenStep {
  const step = asMapping(value);
  const id = asText(step?.id) ?? stepIdAt(index);
  return { id, index, step, strange: step === undefined ? [] : strangeKeys(step, stepKeys()) };
}

function changeOf(document: PlaybookDocument, written: JsonObject, forward: Playbook): Change {
  const steps = sitesOf(forward.content, 'restore')
    .filter(({ parent }) => parent === undefined)
    .map(({ id, step }, index): ChangeStep => {
      const raw = asMapping(asList(written.steps)?.[index]) ?? {};
      return { id, index, step, back: wayBackOf(raw), atomic: raw.atomic === true };
    });
  return { id: asText(written.id) ?? '', document, forward, steps, frame: asText(written.frame) };
}

function wayBackOf(step: JsonObject): WayBack {
  const reason = asText(step.irreversible);
  if (reason !== undefined) return { kind: 'irreversible', reason };
  const by = asText(step.coveredBy);
  return by === undefined ? { kind: 'undo' } : { kind: 'covered', by };
}
