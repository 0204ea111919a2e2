/** How long a whole backout will probably take: what was measured, added up along the critical path. */
import { type Plan, type PlannedStep, phases } from '../plan/plan.ts';
import type { Estimates } from './estimate.ts';
import { criticalPath } from './estimate-path.ts';
import { heldUp, longestStep } from './plan-time.ts';

export interface Outlook {
  /** Null where a step that counts was never measured. */
  readonly medianMs: number | null;
  /**
   * The 90th percentiles of all steps on the path together: more than one run in ten will really take. A step that was
   * never measured counts with its timeouts; null where such a step has none.
   */
  readonly p90Ms: number | null;
  /** Ids of the steps that `p90Ms` is the sum of. */
  readonly path: readonly string[];
  /** Of the steps that hold others up. */
  readonly measured: number;
  readonly unmeasured: readonly string[];
  /** Those of the unmeasured that have no timeout. */
  readonly unbounded: readonly string[];
  /** The fewest that any measured step's estimate rests on; 0 where none was measured. */
  readonly samples: number;
  /** Measured only with an earlier version of the plan. */
  readonly earlier: readonly string[];
}

export function outlookOf(plan: Plan, estimates: Estimates): Outlook {
  const counted = countedSteps(plan);
  const known = counted.flatMap(({ id }) => estimates.get(id) ?? []);
  const unmeasured = counted.filter(({ id }) => !estimates.has(id));
  const unbounded = unmeasured.filter((step) => heldUp(step, longestStep(step)) === null);
  const median = criticalPath(plan, (step) => heldUp(step, estimates.get(step.id)?.medianMs ?? 0) ?? 0);
  const p90 = criticalPath(plan, (step) => slowTime(step, estimates));
  return {
    medianMs: unmeasured.length === 0 && counted.length > 0 ? median.ms : null,
    p90Ms: Number.isFinite(p90.ms) ? p90.ms : null,
    path: p90.steps,
    measured: known.length,
    unmeasured: unmeasured.map(({ id }) => id),
    unbounded: unbounded.map(({ id }) => id),
    samples: known.length === 0 ? 0 : Math.min(...known.map(({ samples }) => samples)),
    earlier: counted.flatMap(({ id }) => (estimates.get(id)?.earlier === true ? [id] : [])),
  };
}

/** Its 90th percentile, else all of its timeouts. */
export function slowTime(step: PlannedStep, estimates: Estimates): number {
  const estimate = estimates.get(step.id);
  return heldUp(step, estimate === undefined ? longestStep(step) : estimate.p90Ms) ?? Number.POSITIVE_INFINITY;
}

function countedSteps(plan: Plan): readonly PlannedStep[] {
  const holdsUp = (step: PlannedStep): boolean => heldUp(step, 1) !== 0;
  return phases.flatMap((name) => plan.phases[name].steps.filter(holdsUp));
}
