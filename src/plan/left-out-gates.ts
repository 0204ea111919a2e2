/** P1: phases that guard another one, and of which every step is left out, so that nothing is guarded. */
import type { Plan, PlannedPhase, PlannedStep } from './plan.ts';

export type LeftOutGate = 'disable-access' | 'health-checks';

const isLeftOutHere = ({ condition }: PlannedStep): boolean => condition === false;

/** Why data is restored although every closing step is left out on this occasion; undefined where some step closes. */
export function unclosedBecause(plan: Plan): string | undefined {
  const { withoutClosing, ...asked } = plan;
  return leftOutGates(asked, isLeftOutHere).includes('disable-access') ? withoutClosing : undefined;
}

/** A phase without steps was left empty by its author, which other rules look at. */
export function leftOutGates(plan: Plan, isLeftOut: (step: PlannedStep) => boolean): readonly LeftOutGate[] {
  const { 'disable-access': closing, restore, 'health-checks': checks, 'enable-access': opening } = plan.phases;
  const goesOpen = (gate: PlannedPhase, guarded: PlannedPhase): boolean =>
    gate.steps.length > 0 && gate.steps.every(isLeftOut) && !guarded.steps.every(isLeftOut);
  const found: LeftOutGate[] = [];
  if (plan.withoutClosing === undefined && goesOpen(closing, restore)) found.push('disable-access');
  if (goesOpen(checks, opening)) found.push('health-checks');
  return found;
}
