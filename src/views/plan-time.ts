/** Order and time of a plan, from `needs` and timeouts alone. */
import { isTelling } from '../engine/state.ts';
import { type Plan, type PlannedStep, phases } from '../plan/plan.ts';

/** Steps that may run side by side, in the order in which they become due; what `needs` in circles comes last. */
export function waves(steps: readonly PlannedStep[]): readonly (readonly PlannedStep[])[] {
  const own = new Set(steps.map(({ id }) => id));
  const over = new Set<string>();
  const order: (readonly PlannedStep[])[] = [];
  let left = steps;
  while (left.length > 0) {
    const due = left.filter(({ needs }) => needs.every((id) => over.has(id) || !own.has(id)));
    const wave = due.length === 0 ? left : due;
    for (const { id } of wave) over.add(id);
    order.push(wave);
    left = left.filter((step) => !over.has(step.id));
  }
  return order;
}

/** Ms: all six phases if every attempt of every step took its timeout; null where something has no bound. */
export function longest(plan: Plan): number | null {
  let total = 0;
  for (const name of phases) {
    for (const wave of waves(plan.phases[name].steps)) {
      const times = wave.map(holds);
      if (times.includes(null)) return null;
      total += Math.max(...times.map((time) => time ?? 0));
    }
  }
  return total;
}

/** P2: telling holds the next phase for ten seconds at most, a person's task not at all. */
const notifyHoldMs = 10_000;

function holds(step: PlannedStep): number | null {
  return heldUp(step, longestStep(step));
}

/** How long a step that takes `ms` (null: without bound) holds up what comes after it. */
export function heldUp(step: PlannedStep, ms: number | null): number | null {
  if (step.condition === false) return 0;
  if (isTelling(step.place) && step.action.kind === 'manual' && !step.required) return 0;
  if (step.place !== 'notify' || step.required) return ms;
  return Math.min(ms ?? notifyHoldMs, notifyHoldMs);
}

/** All attempts and the pauses between them, then every contingency. */
export function longestStep(step: PlannedStep): number | null {
  if (step.condition === false) return 0;
  if (step.action.kind === 'manual') return step.answerWithinMs;
  if (step.timeoutMs === null) return null;
  let total = step.timeoutMs * step.retry.attempts;
  for (let pause = 0, delay = step.retry.delayMs; pause < step.retry.attempts - 1; pause += 1) {
    total += Math.min(delay, step.retry.maxDelayMs);
    delay *= step.retry.factor;
  }
  for (const other of step.contingency) {
    const time = longestStep(other);
    if (time === null) return null;
    total += time;
  }
  return total;
}
