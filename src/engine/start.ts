/** Which steps are due, and starting them: order (`needs`), width (`maxParallel`), the gate (P1). */
import type { Place, PlannedStep } from '../plan/plan.ts';
import type { Draft } from './draft.ts';
import { accessClosed, gateOpen } from './gate.ts';
import { type Context, isOver, stepState } from './state.ts';

/** Starts what is due: in the current phase, and in `notify` where it goes on beside the others. */
export function startDue(draft: Draft): void {
  const { place } = draft.context;
  if (!mayStart(draft.context)) return;
  if (place !== 'notify' && place !== 'escalate') startIn(draft, 'notify');
  startIn(draft, place);
}

function mayStart(context: Context): boolean {
  if (context.end !== null) return false;
  if (context.place === 'escalate') return true;
  return !context.paused && context.stop === null && context.failure === null;
}

function startIn(draft: Draft, place: Place): void {
  if (!placeAllowed(draft.context, place)) return;
  const phase = draft.phase(place);
  let room = Math.min(
    phase.maxParallel - draft.context.active.filter((id) => draft.planned(id)?.place === place).length,
    draft.context.plan.maxParallel - draft.context.active.length,
  );
  for (const step of phase.steps) {
    if (room <= 0) return;
    const due = dueOf(draft.context, step);
    if (due === undefined) continue;
    start(draft, due);
    room -= 1;
  }
}

function placeAllowed(context: Context, place: Place): boolean {
  if (place === 'restore') return accessClosed(context);
  if (place === 'enable-access') return gateOpen(context);
  return true;
}

/** The step itself when it is due, or the contingency that takes its place. */
function dueOf(context: Context, step: PlannedStep): PlannedStep | undefined {
  const state = stepState(context, step.id);
  if (state.status === 'pending') {
    return step.needs.every((id) => isOver(stepState(context, id))) ? step : undefined;
  }
  if (state.status !== 'failed' || state.accepted !== null || state.contingency === null) return undefined;
  const contingency = step.contingency[state.contingency];
  return contingency !== undefined && stepState(context, contingency.id).status === 'pending' ? contingency : undefined;
}

/** Asks for an attempt's values; the intent follows as `step.started`. */
function start(draft: Draft, step: PlannedStep): void {
  const attempt = draft.step(step.id).attempt + 1;
  draft.patch(step.id, {
    status: 'starting',
    attempt,
    tries: draft.step(step.id).tries + 1,
    stage: 'action',
    retryAt: null,
  });
  draft.issue({ do: 'prepare', step: step.id, attempt });
}
