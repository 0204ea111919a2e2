/** The least that an imagined run needs to know of the world: nothing is known of adapters or expressions. */
import type { Plan } from '../../src/plan/plan.ts';
import { type Evaluator, imaginedValues } from '../../src/whatif/imagined-values.ts';
import { durationOf, noEstimates } from '../../src/whatif/timing.ts';
import type { Scene } from '../../src/whatif/world.ts';

export const bare = {
  insideEngine: () => false,
  ownLimitOf: () => null,
  expressions: null,
  standIns: new Set<string>(),
} as const;

export function aScene(plan: Plan, expressions: Evaluator | null = null): Scene {
  const { insideEngine, ownLimitOf, standIns } = bare;
  const values = imaginedValues(plan, expressions, standIns);
  return { plan, durationOf: durationOf(plan, noEstimates), insideEngine, ownLimitOf, values };
}
