/**
 * P1, the access gate. Owns the one question on which all depends: may access be opened now?
 * Health is proven when every check has passed in this run, in an attempt that began after the last restore attempt
 * did, and no pass is older than the plan's `validFor`; or a person has left the check out by name and reason.
 */
import type { PlannedStep } from '../plan/plan.ts';
import { endsOnly, failedHosts, isPartial } from './hosts.ts';
import { isPlaceOver } from './place-over.ts';
import { type Context, stepState } from './state.ts';
import type { StepState } from './step-state.ts';

/** After so many lapses of one check the checks cannot all be fresh at once: they take longer than `validFor`. */
export const maxLapses = 3;

/** The health checks whose pass counts no more at `context.now`. */
export function lapsedChecks(context: Context): readonly string[] {
  return context.plan.phases['health-checks'].steps.map(({ id }) => id).filter((id) => hasLapsed(context, id));
}

/** Whether there is any; asked at every event, and mostly there is none. */
export function someLapsed(context: Context): boolean {
  return context.plan.phases['health-checks'].steps.some(({ id }) => hasLapsed(context, id));
}

function hasLapsed(context: Context, id: string): boolean {
  const state = stepState(context, id);
  return state.status === 'succeeded' && (isTooOld(context, state) || isOvertaken(context, state));
}

function isTooOld(context: Context, { passedAt }: StepState): boolean {
  return passedAt === null || passedAt + context.plan.validForMs < context.now;
}

/** A restore attempt began after the check did: what the check saw is gone. Counted, so that no clock can blur it. */
export function isOvertaken(context: Context, { restoresBefore }: StepState): boolean {
  return restoresBefore !== context.restores;
}

/** Whether a step of `enable-access` may start. */
export function gateOpen(context: Context): boolean {
  return isPlaceOver(context, 'health-checks') && !someLapsed(context);
}

/** Whether a restore step may start: every closing step has succeeded or was left out by a person. */
export function accessClosed(context: Context): boolean {
  return isPlaceOver(context, 'disable-access');
}

/**
 * Why a step may not begin although its phase has: an earlier release has let the gate pass that did not hold on every
 * host. What its journal says stays as it is (P5), so this is asked where an attempt is prepared, not where it is due.
 */
export function gateFault(context: Context, step: PlannedStep): string | undefined {
  const gate = gateBefore(step);
  if (gate === undefined || endsOnly(context, step)) return undefined;
  const partial = context.plan.phases[gate].steps.find(({ id }) => isPartial(stepState(context, id)));
  if (partial === undefined) return undefined;
  const what = gate === 'disable-access' ? 'access is not closed' : 'health is not proven';
  const hosts = failedHosts(stepState(context, partial.id)).join(', ');
  return `${what} on every host: ${partial.id} was not done on ${hosts}. Take maxFailures out of ${partial.id}, and begin a new run`;
}

function gateBefore({ place }: PlannedStep): 'disable-access' | 'health-checks' | undefined {
  if (place === 'restore') return 'disable-access';
  return place === 'enable-access' ? 'health-checks' : undefined;
}
