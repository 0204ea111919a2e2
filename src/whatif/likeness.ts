/**
 * When two imagined runs go on alike: the same steps are left to do, in the same state, with the same things about to
 * happen after the same times. What has been done before, and when, plays no part.
 */
import { isOvertaken } from '../engine/gate.ts';
import { type Context, isOver, stepState, stepsOf } from '../engine/state.ts';
import type { Place, PlannedStep } from '../plan/plan.ts';
import type { Happening } from './happening.ts';
import type { World } from './world.ts';

/** Everything that has gone wrong is settled: nothing of it can come up again. */
export function maySettle(world: World, failures: ReadonlyMap<string, unknown>): boolean {
  const { context } = world.state;
  if (!world.alive || context.failure !== null || context.stop !== null || context.end !== null) return false;
  for (const id of failures.keys()) if (!isSettled(context, id)) return false;
  return true;
}

export function isSettled(context: Context, id: string): boolean {
  return isOver(stepState(context, context.parents.get(id) ?? id));
}

export function likeness(world: World): string {
  const { context, value } = world.state;
  const { place } = context;
  return [
    JSON.stringify(value),
    `${context.notifyReleased}${context.paused}`,
    stepsLeft(context, 'notify'),
    place === 'notify' ? '' : stepsLeft(context, place),
    // Opening may have begun before checks that lapsed run again.
    place === 'health-checks' ? stepsLeft(context, 'enable-access') : '',
    place === 'health-checks' || place === 'enable-access' ? health(context) : '',
    ...world.queue.map((each) => coming(each, world.now)),
  ].join('|');
}

function stepsLeft(context: Context, place: Place): string {
  const from = context.overUpTo[place];
  const left = stepsOf(context.plan, place)
    .slice(from)
    .map((step) => standing(context, step));
  return `${from}:${left.join(',')}`;
}

function standing(context: Context, step: PlannedStep): string {
  const state = stepState(context, step.id);
  if (isOver(state)) return 'o';
  if (state.status === 'pending' && state.attempt === 0) return 'p';
  const others = step.contingency.map(({ id }) => {
    const { status, tries, stage } = stepState(context, id);
    return `${status}${tries}${stage}`;
  });
  return [state.status, state.tries, state.stage, state.question, state.contingency, ...others].join(' ');
}

/** A pass counts for a time only. */
function health(context: Context): string {
  return context.plan.phases['health-checks'].steps
    .map(({ id }) => {
      const state = stepState(context, id);
      if (state.passedAt === null) return '';
      return `${state.lapses} ${context.now - state.passedAt} ${isOvertaken(context, state)}`;
    })
    .join(',');
}

function coming(happening: Happening, now: number): string {
  const after = happening.at - now;
  switch (happening.what) {
    case 'timer':
      return `${after} ${happening.timer}`;
    case 'answer':
      return `${after} ${happening.event.type}`;
    case 'end':
      return `${after} ${happening.step} ${happening.event.type}`;
    default:
      return `${after} ${happening.what}`;
  }
}
