/** How long a step takes in an imagined run: what was measured, else an assumption from its timeout. */
import type { Plan, PlannedStep } from '../plan/plan.ts';

/** Milliseconds that a step usually takes, verification included; null where nothing was measured. */
export type Estimate = (step: PlannedStep) => number | null;

export const noEstimates: Estimate = () => null;

const least = 1_000;
const withoutTimeout = 60_000;

/** Never longer than its limit, so that what succeeds does so in time. */
export function durationOf(plan: Plan, estimate: Estimate): (step: PlannedStep) => number {
  return (step) => Math.ceil(Math.min(estimate(step) ?? assumed(plan, step), limitOf(step) * 0.9));
}

/** A tenth of its timeout, or of the time that a person has; at least a second. */
function assumed(plan: Plan, step: PlannedStep): number {
  const limit = limitOf(step);
  const usual = Number.isFinite(limit) ? Math.max(least, limit / 10) : withoutTimeout;
  if (step.place !== 'health-checks') return usual;
  // An assumption must not make health lapse: all checks together stay well within `validFor`.
  return Math.min(usual, plan.validForMs / (2 * plan.phases['health-checks'].steps.length));
}

function limitOf(step: PlannedStep): number {
  return step.action.kind === 'manual' ? step.answerWithinMs : (step.timeoutMs ?? Number.POSITIVE_INFINITY);
}

/** A person who is asked and cannot do better stops the run after this. */
export function replyMs({ answerWithinMs }: PlannedStep): number {
  return Math.round(Math.min(5 * 60_000, answerWithinMs / 2));
}

/** Somebody sees that the engine has died, and takes the run up. */
export const resumedAfterMs = 60_000;
/** What ends an attempt by TERM is assumed to take this. */
export const endsWithinMs = 1_000;
