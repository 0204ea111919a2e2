/** `until`: the same thing again and again within one attempt, until it has held often enough in a row. */
import type { Until } from '../../plan/plan.ts';
import type { Wall } from '../../ports/effects.ts';
import { pause } from './limit.ts';

/** One repetition's answer; `final` ends the loop whatever it says (it could not be started, its end is unknown). */
export interface Repetition<T> {
  readonly good: boolean;
  readonly final: boolean;
  readonly value: T;
}

/** The last repetition; `good` only when enough succeeded in a row within the time. */
export async function repeatUntil<T>(
  until: Until,
  wall: Wall,
  signal: AbortSignal,
  once: (n: number) => Promise<Repetition<T>>,
): Promise<Repetition<T>> {
  const latest = wall.now() + until.withinMs;
  let inARow = 0;
  for (let n = 1; ; n += 1) {
    const repetition = await once(n);
    inARow = repetition.good ? inARow + 1 : 0;
    if (inARow >= until.successes || repetition.final || signal.aborted) return repetition;
    if (wall.now() + until.everyMs > latest) return { ...repetition, good: false };
    await pause(until.everyMs, signal);
    if (signal.aborted) return { ...repetition, good: false };
  }
}
