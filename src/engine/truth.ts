/** What is true of the system, as far as this run can know: only what it did and measured itself. */
import type { Phase, PlannedStep } from '../plan/plan.ts';
import { isOvertaken, lapsedChecks } from './gate.ts';
import { isPartial } from './hosts.ts';
import type { Truth } from './protocol.ts';
import { type Context, isOver, type StepState, stepState } from './state.ts';
import { mayHaveTouched } from './touch.ts';

export function truthOf(context: Context): Truth {
  if (context.mode === 'dry-run') return { access: 'unknown', data: 'untouched', health: 'unknown' };
  return { access: accessOf(context), data: dataOf(context), health: healthOf(context) };
}

function statesOf(context: Context, phase: Phase): readonly StepState[] {
  const states: StepState[] = [];
  for (const { id } of context.plan.phases[phase].steps) {
    const state = stepState(context, id);
    if (state.status !== 'excluded') states.push(state);
  }
  return states;
}

type Asked = (state: StepState, action: PlannedStep['action']) => boolean;

/** It holds of a step of the phase, or of a contingency of one. */
function someIn(context: Context, phase: Phase, holds: Asked): boolean {
  const is = ({ id, action }: PlannedStep): boolean => holds(stepState(context, id), action);
  return context.plan.phases[phase].steps.some((step) => is(step) || step.contingency.some(is));
}

/** An attempt was really begun: its intent is recorded. A person who has only been asked has not begun yet. */
const hasBegun: Asked = ({ key, status }, action) =>
  key !== null && (action.kind !== 'manual' || status === 'succeeded');

/** It has done its work, itself or by a contingency. */
const worked = (state: StepState): boolean => state.status === 'succeeded' || state.accepted === 'contingency';

/** A phase without steps says nothing; opening begins to count when the first opening step began. */
function accessOf(context: Context): Truth['access'] {
  const opening = statesOf(context, 'enable-access');
  if (someIn(context, 'enable-access', hasBegun)) return opening.every(worked) ? 'open' : 'unknown';
  const closing = statesOf(context, 'disable-access');
  const isClosed = (state: StepState): boolean => worked(state) && !isPartial(state);
  return closing.length > 0 && closing.every(isClosed) ? 'closed' : 'unknown';
}

function dataOf(context: Context): Truth['data'] {
  const restores = statesOf(context, 'restore');
  if (!someIn(context, 'restore', hasBegun)) return 'untouched';
  if (restores.every(worked)) return 'restored';
  if (!someIn(context, 'restore', mayHaveTouched)) return 'untouched';
  const goesOn =
    context.end === null && context.place === 'restore' && context.failure === null && context.stop === null;
  return goesOn && !restores.some((state) => isDoubtful(state) || (isOver(state) && !worked(state)))
    ? 'restoring'
    : 'unknown';
}

/** It was begun, and nobody knows how it ended. */
const isDoubtful = (state: StepState): boolean =>
  state.status === 'unknown' || state.status === 'probing' || state.question === 'unknown';

const hasFailed = ({ status, question }: StepState): boolean =>
  status === 'failed' || status === 'retrying' || question === 'failed';

/** Failures of a check that say nothing of the system's health. */
const unmeasured: ReadonlySet<StepState['trouble']> = new Set([
  'error',
  'inconclusive',
  'signal',
  'untouched',
  'spawn',
  'preparation',
]);

function healthOf(context: Context): Truth['health'] {
  const checks = statesOf(context, 'health-checks');
  if (checks.some((state) => hasFailed(state) && !unmeasured.has(state.trouble))) return 'failing';
  if (checks.length === 0 || !checks.every((state) => state.status === 'succeeded' && !isPartial(state)))
    return 'unknown';
  if (checks.some((state) => isOvertaken(context, state))) return 'unknown';
  // An update that is ended first makes no pass older.
  const atEnd = { ...context, now: context.settledAt ?? context.now };
  return context.end !== null || lapsedChecks(atEnd).length === 0 ? 'proven' : 'unknown';
}
