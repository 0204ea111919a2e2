/** The steps that take one step of a change back, or ask a person about it. */
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Change, ChangeStep } from '../../playbook/change/change.ts';
import { asList, asMapping, asText, without } from '../../playbook/change/written.ts';
import type { TakenBack } from './executed.ts';
import type { WayStep } from './way.ts';

interface RawUndo {
  readonly id: string;
  readonly raw: JsonObject;
  readonly index: number;
}

/** The ids of a step's undo steps: their own, else `undo-STEP`, numbered where there are several. */
export function undoIds(change: Change, step: ChangeStep): readonly string[] {
  return rawUndo(change, step).map(({ id }) => id);
}

/** `backout: []`, as a check has. */
export const changesNothing = (change: Change, step: ChangeStep): boolean =>
  step.back.kind === 'undo' && undoIds(change, step).length === 0;

function rawUndo(change: Change, { id, index, back }: ChangeStep): readonly RawUndo[] {
  const list = back.kind === 'undo' ? (asList(writtenStep(change, index).backout) ?? []) : [];
  return list.map((value: Json, position) => {
    const raw = asMapping(value) ?? {};
    const numbered = list.length === 1 ? `undo-${id}` : `undo-${id}-${position + 1}`;
    return { id: asText(raw.id) ?? numbered, raw, index: position };
  });
}

function writtenStep({ document }: Change, index: number): JsonObject {
  return asMapping(asList(asMapping(document.data)?.steps)?.[index]) ?? {};
}

/** `foreign`: ids of undo steps that are left out on this occasion. */
export function undoSteps(
  change: Change,
  step: ChangeStep,
  fate: TakenBack,
  foreign: ReadonlySet<string>,
): readonly WayStep[] {
  const list = rawUndo(change, step);
  return list.map(({ id, raw, index }): WayStep => {
    const above = list[index - 1]?.id;
    const written = asList(raw.needs);
    const needs = written?.map(String).filter((need) => !foreign.has(need)) ?? (above === undefined ? [] : [above]);
    return {
      id,
      content: marked(without(raw, ['id', 'needs']), step, fate, id),
      needs,
      written: { document: change.document, path: ['steps', step.index, 'backout', index] },
      comment: index === 0 ? commentOf(step, fate) : undefined,
    };
  });
}

function commentOf({ id, step }: ChangeStep, { partial, unknown }: TakenBack): string {
  const named = step.name === undefined ? id : `${id} (${step.name})`;
  if (partial) return `Takes back ${named}, which failed: perhaps it was done in part.`;
  return unknown ? `Takes back ${named}, which was begun; nobody saw its end.` : `Takes back ${named}.`;
}

function marked(content: JsonObject, { id, step }: ChangeStep, fate: TakenBack, own: string): JsonObject {
  const mark = fate.halfUndone.includes(own)
    ? 'perhaps done in part before'
    : fate.partial
      ? `perhaps partial: ${id} failed`
      : fate.unknown
        ? `end of ${id} unknown`
        : undefined;
  const name = mark === undefined ? {} : { name: `${asText(content.name) ?? own} (${mark})` };
  return { ...name, ...content, ...name, ...(fate.unknown ? carried(content, step.onUnknown) : {}) };
}

/** What is written for the step holds for taking it back, where that says nothing itself and can be asked. */
function carried(content: JsonObject, onUnknown: ChangeStep['step']['onUnknown']): JsonObject {
  if (onUnknown === undefined || onUnknown === 'ask') return {};
  if (content.onUnknown !== undefined || content.manual !== undefined) return {};
  return onUnknown === 'rerun' || content.verify !== undefined ? { onUnknown } : {};
}

/** Of those that were begun before: the ones that may not be begun again unasked. */
export function askedAgain(change: Change, step: ChangeStep, { halfUndone }: TakenBack): readonly string[] {
  return rawUndo(change, step).flatMap(({ id, raw }) =>
    halfUndone.includes(id) && raw.manual === undefined && (asText(raw.onUnknown) ?? 'ask') === 'ask' ? [id] : [],
  );
}

/** `half`: undo steps that an earlier backout left half done. A person looks first whether the step took effect. `follow`: the steps that then take it back. */
export function lookStep(
  change: Change,
  step: ChangeStep,
  follow: readonly string[],
  half: readonly string[],
): WayStep {
  const { id, index } = step;
  const skips = follow.map((undo) => `backout skip \${{ run.id }} ${undo} --reason 'no effect'`).join('; ');
  const manual =
    half.length === 0
      ? [
          `Step ${id} of the change was begun, and nobody saw its end. Look whether it took effect.`,
          'If it did, or in part, or if you cannot tell: confirm, and it is taken back.',
          `If it did not, leave out what would take it back, then confirm: ${skips}`,
        ]
      : [
          `${half.join(', ')}, which takes step ${id} of the change back, was begun in an earlier backout, and nobody saw it end well.`,
          'Look how far it came. If it may be done again from its beginning: confirm.',
          `If ${id} is taken back, or must not be taken back again, leave that out, then confirm: ${skips}`,
        ];
  const name = half.length === 0 ? `Look whether ${id} took effect` : `Look how far ${id} is taken back`;
  return {
    id: `look-${id}`,
    content: { name, ...ownerOf(step), manual: manual.join(' ') },
    needs: [],
    written: { document: change.document, path: ['steps', index], made: true },
    comment: half.length === 0 ? `Step ${id} was begun; nobody saw its end.` : `Perhaps ${id} is taken back in part.`,
  };
}

/** What cannot be taken back is a person's decision. */
export function decideStep(change: Change, step: ChangeStep, reason: string, { unknown }: TakenBack): WayStep {
  const { id, index } = step;
  const was = unknown ? 'was begun, and nobody saw its end' : 'was carried out';
  const manual = [
    `Step ${id} of the change ${was}, and cannot be taken back: ${reason.trim().replace(/\.$/, '')}.`,
    'Decide whether the backout goes on with it as it is: confirm, and all else is taken back; reject, and the backout ends.',
  ].join(' ');
  return {
    id: `decide-${id}`,
    content: { name: `Decide about ${id}, which cannot be taken back`, ...ownerOf(step), manual },
    needs: [],
    written: { document: change.document, path: ['steps', index, 'irreversible'], made: true },
    comment: `Step ${id} cannot be taken back: ${reason}`,
  };
}

const ownerOf = ({ step }: ChangeStep): JsonObject => (step.owner === undefined ? {} : { owner: step.owner });
