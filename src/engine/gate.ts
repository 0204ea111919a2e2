/**
 * P1, the access gate. Owns the one question on which all depends: may access be opened now?
 * Health is proven when every check has passed in this run, no pass is older than the plan's `validFor`, and no
 * restore attempt started after it; or a person has left the check out by name and reason.
 */
import { type Context, isOver, stepState } from './state.ts';

/** After so many lapses of one check the checks cannot all be fresh at once: they take longer than `validFor`. */
export const maxLapses = 3;

/** The health checks whose pass counts no more at `context.now`. */
export function lapsedChecks(context: Context): readonly string[] {
  return context.plan.phases['health-checks'].steps
    .filter((step) => {
      const state = stepState(context, step.id);
      if (state.status !== 'succeeded' || state.passedAt === null) return false;
      const tooOld = state.passedAt + context.plan.validForMs < context.now;
      const before = context.restoreStartedAt !== null && context.restoreStartedAt >= state.passedAt;
      return tooOld || before;
    })
    .map((step) => step.id);
}

/** Whether a step of `enable-access` may start. */
export function gateOpen(context: Context): boolean {
  const checks = context.plan.phases['health-checks'].steps;
  return checks.every((step) => isOver(stepState(context, step.id))) && lapsedChecks(context).length === 0;
}

/** Whether a restore step may start: every closing step has succeeded or was left out by a person. */
export function accessClosed(context: Context): boolean {
  return context.plan.phases['disable-access'].steps.every((step) => isOver(stepState(context, step.id)));
}
