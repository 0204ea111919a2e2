/** What the engine knows: the plan, and what has become of each step. A pure fold of the journal's events (P5). */
import type { Place, Plan, PlannedStep, StepPlace } from '../plan/plan.ts';
import { allSteps, phases, updateSteps } from '../plan/plan.ts';
import type { Mode, Person, RunEnd } from './protocol.ts';
import { isOver, type StepState, untouched } from './step-state.ts';
import { type StepStates, StepTable } from './step-table.ts';
import { idleUpdates, type UpdateStates } from './update-state.ts';

export type { StepState, StepStatus } from './step-state.ts';
export { isOver } from './step-state.ts';

export interface StopRequest {
  readonly by: Person;
  readonly reason: string | null;
  readonly urgent: boolean;
  /** Nobody will take the run up again: nothing is left to another engine. */
  readonly abandoned: boolean;
}

export interface Context {
  readonly plan: Plan;
  /** Every step of the plan by id, contingencies included. */
  readonly index: ReadonlyMap<string, PlannedStep>;
  /** The step that a contingency belongs to, by the contingency's id. */
  readonly parents: ReadonlyMap<string, string>;
  /** Where a step stands in its place's list, by id; contingencies stand in none. */
  readonly positions: ReadonlyMap<string, number>;
  readonly run: string;
  readonly mode: Mode;
  /** `at` of the last event: the engine's only clock. */
  readonly now: number;
  /** The phase whose steps are being started. */
  readonly place: Place;
  readonly steps: StepStates;
  /** When the run began, ms since the epoch: regular updates are due so many times `every` after it. */
  readonly beganAt: number;
  /** The regular updates, by the id of their step. */
  readonly updates: UpdateStates;
  /** No regular update is sent any more: the run is about to end, or has ended. */
  readonly updatesOver: boolean;
  /** When everything but an update on its way was over, ms since the epoch; null before that. */
  readonly settledAt: number | null;
  /** How many steps of each place are over without a gap, from its first on: what is looked at begins behind them. */
  readonly overUpTo: { readonly [P in Place]: number };
  /** Ids of steps with something under way: starting, running, cancelling, probing, retrying. */
  readonly active: readonly string[];
  readonly paused: boolean;
  readonly stop: StopRequest | null;
  /** The step that ended the backout, and why. */
  readonly failure: { readonly step: string | null; readonly reason: string } | null;
  /** When `notify` stops holding the next phase (ms since the epoch); null before it began to. */
  readonly notifyHold: number | null;
  /** `notify` has held the next phase long enough. */
  readonly notifyReleased: boolean;
  /** How many restore attempts have begun: health passes of attempts from before the last one count no more. */
  readonly restores: number;
  /** Percent of the time budget whose passing was said. */
  readonly budgetSpent: number;
  /** How many engines have driven the run, and whether the last one left it. */
  readonly engines: number;
  readonly left: boolean;
  readonly end: RunEnd | null;
  readonly exitCode: number | null;
}

/** The context before the first event. */
export function contextOf(plan: Plan): Context {
  const steps = StepTable.of([...allSteps(plan), ...updateSteps(plan)].map((step) => [step.id, beginning(step)]));
  return {
    plan,
    ...directoriesOf(plan),
    run: '',
    mode: 'real',
    now: 0,
    place: 'notify',
    steps,
    beganAt: 0,
    updates: idleUpdates(plan),
    updatesOver: false,
    settledAt: null,
    overUpTo: overUpTo(plan, steps),
    active: [],
    paused: false,
    stop: null,
    failure: null,
    notifyHold: null,
    notifyReleased: false,
    restores: 0,
    budgetSpent: 0,
    engines: 0,
    left: false,
    end: null,
    exitCode: null,
  };
}

function beginning({ condition }: PlannedStep): StepState {
  return condition === false ? { ...untouched, status: 'excluded', reason: 'its `if` is false' } : untouched;
}

function directoriesOf(plan: Plan): Pick<Context, 'index' | 'parents' | 'positions'> {
  const index = new Map<string, PlannedStep>();
  const parents = new Map<string, string>();
  const positions = new Map<string, number>();
  for (const step of [...allSteps(plan), ...updateSteps(plan)]) {
    index.set(step.id, step);
    for (const contingency of step.contingency) parents.set(contingency.id, step.id);
  }
  for (const place of [...phases, 'escalate'] as const)
    for (const [position, step] of stepsOf(plan, place).entries()) positions.set(step.id, position);
  return { index, parents, positions };
}

function overUpTo(plan: Plan, steps: StepStates): Context['overUpTo'] {
  const count = (place: Place): number => firstNotOver(stepsOf(plan, place), steps, 0);
  return {
    notify: count('notify'),
    'disable-access': count('disable-access'),
    restore: count('restore'),
    'health-checks': count('health-checks'),
    'enable-access': count('enable-access'),
    announce: count('announce'),
    escalate: count('escalate'),
  };
}

/** The position, from `from` on, of the first step that is not over; the list's length when all are. */
export function firstNotOver(list: readonly PlannedStep[], steps: StepStates, from: number): number {
  for (let position = from; position < list.length; position += 1) {
    const step = list[position];
    if (step !== undefined && !isOver(steps.get(step.id) ?? untouched)) return position;
  }
  return list.length;
}

export function stepsOf(plan: Plan, place: Place): readonly PlannedStep[] {
  return place === 'escalate' ? plan.escalate.steps : plan.phases[place].steps;
}

/** The state of a step that the plan has; a foreign id is our own bug. */
export function stepState(context: Context, id: string): StepState {
  return context.steps.get(id) ?? untouched;
}

/** Places that tell people: they never hold the backout up (P2). */
export function isTelling(place: StepPlace): boolean {
  return place === 'notify' || place === 'announce' || place === 'escalate' || place === 'updates';
}

/** Its failure, or nobody's answer to it, does not end the run: it tells people, and is not a required notice. */
export function isOptional(context: Context, step: PlannedStep): boolean {
  const head = context.index.get(context.parents.get(step.id) ?? step.id) ?? step;
  return isTelling(head.place) && !(head.place === 'notify' && head.required);
}
