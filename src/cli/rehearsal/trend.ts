/** Whether a rehearsal took longer than the one before it, as a whole and by step. */
import type { RehearsalPredicate } from '../../journal/evidence/statement.ts';
import { formatDuration } from '../../kernel/duration.ts';

export interface StepTrend {
  readonly step: string;
  readonly beforeMs: number;
  readonly nowMs: number;
}

export interface Trend {
  /** Of the whole: 0.2 is 20 % slower than before. */
  readonly change: number;
  /** Steps that changed by more than a fifth, and by enough to matter. */
  readonly steps: readonly StepTrend[];
}

type Times = Pick<RehearsalPredicate, 'ms' | 'steps'>;

const worthSaying = 0.2;
/** What a loaded machine adds to anything. */
const noiseMs = 250;

/** Undefined: there is nothing to hold it against. */
export function trendOf(now: Times, before: Times | undefined): Trend | undefined {
  if (before === undefined || before.ms === 0) return undefined;
  const earlier = new Map(before.steps.map(({ id, ms }) => [id, ms]));
  const steps = now.steps.flatMap(({ id, ms }) => {
    const was = earlier.get(id) ?? null;
    return ms !== null && was !== null && hasChanged(ms, was) ? [{ step: id, beforeMs: was, nowMs: ms }] : [];
  });
  // What is lost in the noise is no trend.
  const change = Math.abs(now.ms - before.ms) > noiseMs ? (now.ms - before.ms) / before.ms : 0;
  return { change, steps };
}

function hasChanged(now: number, before: number): boolean {
  return Math.abs(now - before) > Math.max(noiseMs, before * worthSaying);
}

export function trendWords({ change, steps }: Trend): string {
  const percent = Math.round(Math.abs(change) * 100);
  const whole = percent < 5 ? 'as fast as before' : `${percent} % ${change > 0 ? 'slower' : 'faster'}`;
  const named = steps.map(({ step, beforeMs, nowMs }) => {
    return `${step} ${formatDuration(beforeMs)} to ${formatDuration(nowMs)}`;
  });
  return named.length === 0 ? whole : `${whole}: ${named.join(', ')}`;
}
