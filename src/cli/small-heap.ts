/**
 * A long plan keeps the engine busy for long, and Node's fork costs more the larger the engine is: V8 then collects
 * more eagerly. Not for a short plan: V8 compiles its own built-in code anew once its flags have changed.
 */
import { setFlagsFromString } from 'node:v8';
import { allSteps, type Plan } from '../plan/plan.ts';

const longPlan = 50;

export function keepHeapSmall(plan: Plan): void {
  if ([...allSteps(plan)].length > longPlan) setFlagsFromString('--optimize-for-size');
}
