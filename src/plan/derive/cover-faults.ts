/** Whether each `coveredBy` names a restore step of the frame; told also of a change that is wrong elsewhere. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { stepIdAt } from '../../playbook/change/change.ts';
import { asList, asMapping, asText } from '../../playbook/change/written.ts';
import { sitesOf } from '../../playbook/content.ts';
import type { PlaybookDocument } from '../../playbook/document.ts';
import type { Playbook } from '../../playbook/examined.ts';

/** `document`: the change's own file. */
export function coverFaults(document: PlaybookDocument, frame: Playbook | undefined): readonly Diagnostic[] {
  const known = frame === undefined ? [] : restoreSteps(frame);
  return (asList(asMapping(document.data)?.steps) ?? []).flatMap((value, index) => {
    const step = asMapping(value);
    const by = asText(step?.coveredBy);
    if (by === undefined || known.includes(by)) return [];
    const id = asText(step?.id) ?? stepIdAt(index);
    const message =
      frame === undefined
        ? `step ${id} is covered by ${by}, and the change names no frame`
        : `step ${id} is covered by ${by}, and the restore phase of the frame has no such step`;
    const remedy =
      frame === undefined
        ? 'Add frame: ./playbook.yaml, the playbook that has that step.'
        : `It has: ${known.join(', ') || 'no steps'}.`;
    return [document.error('unknown-cover', ['steps', index, 'coveredBy'], message, remedy)];
  });
}

function restoreSteps(frame: Playbook): readonly string[] {
  return sitesOf(frame.content, 'restore').flatMap(({ id, parent }) => (parent === undefined ? [id] : []));
}
