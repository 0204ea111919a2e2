/** What a derived playbook does not do, or only perhaps: told beside it and at its head. */
import type { Change } from '../../playbook/change/change.ts';
import type { Fate, LeftOut, TakenBack } from './executed.ts';
import type { RestorePhase } from './restore-phase.ts';

export function saidOf(
  change: Change,
  fates: ReadonlyMap<string, Fate>,
  { spared, forced }: Pick<RestorePhase, 'spared' | 'forced'>,
): readonly string[] {
  const ofSteps = change.steps.flatMap(({ id, back }) => {
    const fate = fates.get(id);
    return fate?.kind === 'taken-back' ? linesOf(id, fate, back.kind === 'irreversible') : [];
  });
  const unsuited = forced.map(
    (id) => `${id} of the frame covers steps before and after steps that another one covers: look at the order.`,
  );
  return [
    ...ofSteps,
    ...unsuited,
    ...reasons.flatMap((why) => leftOutLines(change, fates, why)),
    ...spared.map((id) => `${id} of the frame is left out: nothing that it covers stands executed.`),
  ];
}

const one: { readonly [W in LeftOut]: string } = {
  left: "it was left as it is by a person's decision",
  atomic: 'it failed, and is atomic: it has done nothing',
  'taken-back': 'it was taken back already',
  'not-begun': 'it was not begun',
};
const many: { readonly [W in LeftOut]: string } = {
  left: "they were left as they are by a person's decision",
  atomic: 'they failed, and are atomic: they have done nothing',
  'taken-back': 'they were taken back already',
  'not-begun': 'they were not begun',
};
const reasons: readonly LeftOut[] = ['left', 'atomic', 'taken-back', 'not-begun'];

const mostLines = 5;
const mostNames = 3;

/** Of thousands of steps that were not begun nobody reads a line each. */
function leftOutLines(change: Change, fates: ReadonlyMap<string, Fate>, why: LeftOut): readonly string[] {
  const ids = change.steps.flatMap(({ id }) => {
    const fate = fates.get(id);
    return fate?.kind === 'left-out' && fate.why === why ? [id] : [];
  });
  if (ids.length <= mostLines) return ids.map((id) => `${id} is not taken back: ${one[why]}.`);
  const names = `${ids.slice(0, mostNames).join(', ')} and ${ids.length - mostNames} more`;
  return [`${ids.length} steps are not taken back: ${many[why]} (${names}).`];
}

function linesOf(id: string, fate: TakenBack, irreversible: boolean): readonly string[] {
  const versions = fate.mixed
    ? [`${id} was recorded from files that say different things of it: look at its undo, which the file has now.`]
    : [];
  const half = fate.halfUndone.map(
    (undo) => `${undo} was begun in an earlier backout, and nobody saw it end well: perhaps it is done in part.`,
  );
  const line = takenBackLine(id, fate, irreversible);
  return [...(line === undefined ? [] : [line]), ...half, ...versions];
}

function takenBackLine(id: string, fate: TakenBack, irreversible: boolean): string | undefined {
  if (irreversible) return `${id} cannot be taken back: a person decides.`;
  if (fate.doubted)
    return `${id} is atomic, and was not seen to fail by itself: it is taken back as perhaps done in part.`;
  if (fate.partial) return `${id} failed: it is taken back as perhaps done in part.`;
  if (!fate.unknown) return undefined;
  return fate.look
    ? `${id} was begun, and nobody saw its end: a person looks first.`
    : `${id} was begun, and nobody saw its end: it is taken back.`;
}
