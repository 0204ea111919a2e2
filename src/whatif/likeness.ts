/**
 * When two imagined runs go on alike: the same steps are left to do, in the same state, with the same things about to
 * happen after the same times. What has been done before, and when, plays no part.
 */
import { exceptionsOf } from '../engine/ending.ts';
import { isOvertaken } from '../engine/gate.ts';
import { type Context, isOver, isTelling, type StepState, stepState, stepsOf } from '../engine/state.ts';
import type { Place, PlannedStep } from '../plan/plan.ts';
import type { Happening } from './happening.ts';
import { hasOutputs, type ImaginedValues } from './imagined-values.ts';
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

/** What is told at a glance, and differs between almost all moments of a run. */
export function lookOf({ state, queue, now }: World): string {
  const { place, overUpTo } = state.context;
  const next = queue[0];
  return `${place} ${overUpTo[place]} ${queue.length} ${next === undefined ? '' : coming(next, now)}`;
}

/** What differs most often is asked first. */
export function areAlike(one: World, other: World): boolean {
  const [here, there] = [one.state.context, other.state.context];
  return (
    here.place === there.place &&
    here.notifyReleased === there.notifyReleased &&
    here.paused === there.paused &&
    comeAlike(one, other) &&
    placesOf(here).every((place) => isLeftAlike(here, there, place)) &&
    isHealthAlike(here, there) &&
    areAskedAlike(here, there, one.scene.values) &&
    JSON.stringify(one.state.value) === JSON.stringify(other.state.value)
  );
}

/** What steps that are left to do ask for: outputs of those before them, and how the run stands. */
function areAskedAlike(here: Context, there: Context, { sources, asksRun }: ImaginedValues): boolean {
  const isLeft = (id: string): boolean => !isSettled(here, id);
  for (const [source, users] of sources)
    if (hasOutputs(here, source) !== hasOutputs(there, source) && users.some(isLeft)) return false;
  return !asksRun.some(isLeft) || (marksOf(here) === marksOf(there) && arePassesAlike(here, there));
}

/** What so far has gone into how the run ends, and into what is true of the system. */
function marksOf(context: Context): string {
  const undone = context.steps.where((state) => isOver(state) && !hasWorked(state)).map(([id]) => id);
  const acted = undone.filter((id) => !isTelling(context.index.get(id)?.place ?? 'restore'));
  return `${exceptionsOf(context).length > 0} ${acted.join(' ')}`;
}

const hasWorked = ({ status, accepted }: StepState): boolean => status === 'succeeded' || accepted === 'contingency';

function comeAlike(one: World, other: World): boolean {
  if (one.queue.length !== other.queue.length) return false;
  return one.queue.every((each, index) => {
    const counterpart = other.queue[index];
    return counterpart !== undefined && coming(each, one.now) === coming(counterpart, other.now);
  });
}

/** Where anything is left to do that may differ; opening may have begun before checks that lapsed run again. */
function placesOf({ place }: Context): readonly Place[] {
  if (place === 'notify') return ['notify'];
  return place === 'health-checks' ? ['notify', place, 'enable-access'] : ['notify', place];
}

function isLeftAlike(here: Context, there: Context, place: Place): boolean {
  const from = here.overUpTo[place];
  if (from !== there.overUpTo[place]) return false;
  const steps = stepsOf(here.plan, place);
  for (let position = from; position < steps.length; position += 1) {
    const step = steps[position];
    if (step === undefined || (here.steps.isFreshFrom(step.id) && there.steps.isFreshFrom(step.id))) return true;
    if (stepState(here, step.id) === stepState(there, step.id) && step.contingency.length === 0) continue;
    if (standing(here, step) !== standing(there, step)) return false;
  }
  return true;
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

function isHealthAlike(here: Context, there: Context): boolean {
  return (here.place !== 'health-checks' && here.place !== 'enable-access') || arePassesAlike(here, there);
}

/** A pass counts for a time only. */
function arePassesAlike(here: Context, there: Context): boolean {
  return here.plan.phases['health-checks'].steps.every(({ id }) => {
    const [state, other] = [stepState(here, id), stepState(there, id)];
    if (state.passedAt === null || other.passedAt === null) return state.passedAt === other.passedAt;
    return (
      state.lapses === other.lapses &&
      here.now - state.passedAt === there.now - other.passedAt &&
      isOvertaken(here, state) === isOvertaken(there, other)
    );
  });
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
