/** Steps that wait for the one above them: while the first of them has not begun, none of the others is due. */
import type { PlannedStep } from '../plan/plan.ts';

type Steps = readonly PlannedStep[];

const known = new WeakMap<Steps, readonly number[]>();

/** The position of the first step behind `position` that does not wait, by one or more others, for the step there. */
export function behindChain(steps: Steps, position: number): number {
  const ends = known.get(steps) ?? chainEnds(steps);
  known.set(steps, ends);
  return ends[position] ?? steps.length;
}

function chainEnds(steps: Steps): readonly number[] {
  const ends = new Array<number>(steps.length);
  for (let position = steps.length - 1; position >= 0; position -= 1)
    ends[position] = waitsForAbove(steps, position + 1) ? (ends[position + 1] ?? steps.length) : position + 1;
  return ends;
}

/** A step that its `if` leaves out is over: what needs it waits for what that one needed. */
function waitsForAbove(steps: Steps, position: number): boolean {
  const above = steps[position - 1];
  return above !== undefined && above.condition !== false && steps[position]?.needs.includes(above.id) === true;
}
