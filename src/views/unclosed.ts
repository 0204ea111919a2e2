/** P1: that nothing closes access in this plan, and why that is meant. */
import { unclosedBecause } from '../plan/left-out-gates.ts';
import type { Plan } from '../plan/plan.ts';

/** One line; undefined where some step closes access, or none is there. */
export function unclosedWords(plan: Plan): string | undefined {
  const because = unclosedBecause(plan);
  return because === undefined ? undefined : `data is restored with access not closed, for this reason: ${because}`;
}
