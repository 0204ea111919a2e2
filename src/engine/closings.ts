/** Closing steps that still count as done when an ended run is reopened (P1): somebody may have opened access since. */
import type { PlannedStep } from '../plan/plan.ts';
import { type Context, stepState } from './state.ts';

/** None where the run has begun to open access itself: it is past that. */
export function standingClosings(context: Context): readonly PlannedStep[] {
  const { phases } = context.plan;
  if (phases['enable-access'].steps.some(({ id }) => stepState(context, id).attempt > 0)) return [];
  return phases['disable-access'].steps.filter(({ id }) => {
    const { status, accepted } = stepState(context, id);
    return status === 'succeeded' || accepted === 'contingency';
  });
}

/** It may be asked whether it still holds; whether its adapter can answer, the engine does not know. */
export function isAskedAnew(context: Context, { id, verify, action }: PlannedStep): boolean {
  const { status, key } = stepState(context, id);
  return status === 'succeeded' && key !== null && (verify !== null || action.kind === 'adapter');
}
