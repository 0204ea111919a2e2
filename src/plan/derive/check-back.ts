/** Whether the way back of a change holds together, before anything is carried out: as though all of it had been done. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { AdapterTable } from '../../playbook/adapter-facts.ts';
import type { Change } from '../../playbook/change/change.ts';
import { checkChange } from '../../playbook/change/check-change.ts';
import { soundPart } from '../../playbook/change/sound-part.ts';
import { checkPlaybook } from '../../playbook/check.ts';
import type { PlaybookDocument } from '../../playbook/document.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { derive } from './derive.ts';
import { coversIn, idleCovers, idleWarnings } from './idle-cover.ts';
import { sparedNotes } from './spared-outputs.ts';
import { undoIds } from './undo-steps.ts';

export async function checkBack(
  change: Change,
  frame: Playbook | undefined,
  adapters: AdapterTable,
): Promise<readonly Diagnostic[]> {
  const derived = await derive({ change, frame, executed: undefined, irreversible: 'ask', missing: 'ask' });
  const doubled = doubledIds(change);
  if (!derived.ok) return [...doubled, ...derived.error];
  const { playbook, diagnostics } = await checkPlaybook(derived.value.document, adapters);
  const idle = playbook === undefined ? [] : await idleCovers(playbook, coversIn(change, derived.value.undo));
  return [...doubled, ...diagnostics, ...idleWarnings(change, idle), ...(await sparedNotes(change, frame))];
}

/** The faults in the way back of a change that has faults of its own, as far as they can be told. */
export async function checkBackOfFaulty(
  document: PlaybookDocument,
  frame: Playbook | undefined,
  adapters: AdapterTable,
): Promise<readonly Diagnostic[]> {
  const sound = soundPart(document);
  if (sound === undefined) return [];
  const { change } = await checkChange(sound, adapters, frame);
  const found = change === undefined ? [] : await checkBack(change, frame, adapters);
  return found.filter(({ severity }) => severity === 'error');
}

/** `steps['x']` in an undo step would mean two things. */
function doubledIds(change: Change): readonly Diagnostic[] {
  const forward = new Set(change.steps.map(({ id }) => id));
  return change.steps.flatMap((step) =>
    undoIds(change, step).flatMap((id, index) => {
      if (!forward.has(id)) return [];
      const path = ['steps', step.index, 'backout', index, 'id'];
      const message = `the id "${id}" is used twice: a step of the change has it too`;
      return [change.document.error('duplicate-id', path, message, 'Give the undo step an id of its own.')];
    }),
  );
}
