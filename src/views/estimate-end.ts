/** When a run that is under way will probably end: what is left of each step, along the critical path of the rest. */
import { type Context, isOver, type StepState, stepState } from '../engine/state.ts';
import { type PlannedStep, phases } from '../plan/plan.ts';
import { rfc3339 } from './clock-time.ts';
import type { Estimates, StepEstimate } from './estimate.ts';
import { criticalPath } from './estimate-path.ts';
import type { History } from './history.ts';
import { heldUp, longestStep } from './plan-time.ts';

export interface ExpectedEnd {
  /** RFC 3339. By the medians of what is left; null where a step that is left was never measured. */
  readonly usual: string | null;
  /** By the 90th percentiles, and by timeouts where nothing was measured; null where a step has neither. */
  readonly late: string | null;
  /** Steps in flight that have already taken longer than their 90th percentile. */
  readonly overdue: readonly string[];
  /** Steps that are left and were never measured. */
  readonly unmeasured: readonly string[];
}

export interface EndFacts {
  readonly context: Context;
  readonly history: History;
  readonly estimates: Estimates;
  /** Ms since the epoch. */
  readonly now: number;
}

/** Null where nobody can say: it has ended, is ending badly, waits for a word on what failed, or nothing was measured. */
export function expectedEndOf(facts: EndFacts): ExpectedEnd | null {
  const { context, estimates, now } = facts;
  if (estimates.size === 0 || isOpen(context)) return null;
  const left = phases
    .flatMap((name) => context.plan.phases[name].steps)
    .filter((step) => heldUp(step, 1) !== 0 && !isOver(stepState(context, step.id)))
    .map((step) => leftOf(step, facts));
  const times = new Map(left.map((each) => [each.step, each]));
  const path = (time: (each: Left) => number | null) =>
    criticalPath(context.plan, (step) => {
      const each = times.get(step.id);
      return each === undefined ? 0 : (heldUp(step, time(each)) ?? Number.POSITIVE_INFINITY);
    }).ms;
  const unmeasured = left.filter(({ estimate }) => estimate === undefined).map(({ step }) => step);
  return {
    usual: unmeasured.length > 0 ? null : instant(now + path(({ usualMs }) => usualMs)),
    late: instant(now + path(({ lateMs }) => lateMs)),
    overdue: left.filter(({ isOverdue }) => isOverdue).map(({ step }) => step),
    unmeasured,
  };
}

const instant = (at: number): string | null => (Number.isFinite(at) ? rfc3339(at) : null);

function isOpen(context: Context): boolean {
  if (context.mode === 'dry-run' || context.end !== null || context.paused) return true;
  if (context.stop !== null || context.failure !== null) return true;
  for (const { status, question } of context.steps.values())
    if (status === 'unknown' || (status === 'waiting' && question !== 'confirm')) return true;
  return false;
}

interface Left {
  readonly step: string;
  readonly estimate: StepEstimate | undefined;
  readonly usualMs: number;
  readonly lateMs: number | null;
  readonly isOverdue: boolean;
}

/** The step itself, or the contingency that is tried in its stead. */
function leftOf(step: PlannedStep, { context, history, estimates, now }: EndFacts): Left {
  const state = stepState(context, step.id);
  const tried = state.contingency === null ? step : (step.contingency[state.contingency] ?? step);
  const estimate = estimates.get(tried.id);
  const elapsed = elapsedOf(tried.id, stepState(context, tried.id), history, now);
  if (estimate === undefined) {
    const longest = longestStep(tried);
    const lateMs = longest === null ? null : Math.max(0, longest - elapsed);
    return { step: step.id, estimate, usualMs: 0, lateMs, isOverdue: false };
  }
  const { medianMs, p90Ms } = estimate;
  const lateMs = Math.max(0, p90Ms - elapsed);
  // Past its median, the most likely is that it is one of the slow ones.
  return {
    step: step.id,
    estimate,
    usualMs: elapsed > medianMs ? lateMs : medianMs - elapsed,
    lateMs,
    isOverdue: elapsed > p90Ms,
  };
}

function elapsedOf(id: string, { status, tries }: StepState, history: History, now: number): number {
  if (status === 'pending' || status === 'starting') return 0;
  const attempts = history.attempts.get(id) ?? [];
  const first = attempts.slice(-Math.max(1, tries))[0];
  return first === undefined ? 0 : Math.max(0, now - first.startedAt);
}
