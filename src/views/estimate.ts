/** How long each step will probably take: the median and the 90th percentile of what was measured. */
import { allSteps, type Plan } from '../plan/plan.ts';
import type { TimeRecord } from '../ports/time-record.ts';

export interface StepEstimate {
  readonly medianMs: number;
  /** Of fewer than three samples: a fifth more than the longest, as so few say little of the worst. */
  readonly p90Ms: number;
  readonly samples: number;
  /** All of them are of an earlier version of the plan. */
  readonly earlier: boolean;
}

/** By step; a step that is not there was never measured. */
export type Estimates = ReadonlyMap<string, StepEstimate>;

const window = 20;
const few = 3;
const caution = 1.2;

/** `records` oldest first. Those of this very plan count; where a step has none, those of its earlier versions. */
export function estimatesOf(plan: Plan, records: readonly TimeRecord[]): Estimates {
  const known = records.filter(({ playbook }) => playbook === plan.name);
  const own = known.filter(({ definition }) => definition !== null && definition === plan.definition);
  const estimates = new Map<string, StepEstimate>();
  for (const { id } of allSteps(plan)) {
    const estimate = estimateOf(samplesOf(own, id), false) ?? estimateOf(samplesOf(known, id), true);
    if (estimate !== undefined) estimates.set(id, estimate);
  }
  return estimates;
}

function samplesOf(records: readonly TimeRecord[], id: string): readonly number[] {
  return records.flatMap(({ steps }) => (Object.hasOwn(steps, id) ? [steps[id] ?? 0] : [])).slice(-window);
}

function estimateOf(samples: readonly number[], earlier: boolean): StepEstimate | undefined {
  const p90Ms = percentile90(samples);
  if (p90Ms === undefined) return undefined;
  return { medianMs: Math.round(median(samples)), p90Ms, samples: samples.length, earlier };
}

/** Of fewer than three samples a fifth more than the longest; undefined of none. */
export function percentile90(samples: readonly number[]): number | undefined {
  const sorted = inOrder(samples);
  const longest = sorted.at(-1);
  if (longest === undefined) return undefined;
  const p90 = sorted[Math.ceil(0.9 * sorted.length) - 1] ?? longest;
  return Math.round(sorted.length < few ? longest * caution : p90);
}

const inOrder = (samples: readonly number[]): readonly number[] => samples.toSorted((one, other) => one - other);

function median(samples: readonly number[]): number {
  const sorted = inOrder(samples);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
