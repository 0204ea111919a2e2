/** What the engine knows: the plan, and what has become of each step. A pure fold of the journal's events (P5). */
import type { Place, Plan, PlannedStep } from '../plan/plan.ts';
import { allSteps } from '../plan/plan.ts';
import type { Mode, Person, Question, RunEnd } from './protocol.ts';

export type StepStatus =
  | 'pending'
  /** Due; its values are being filled in (no intent yet). */
  | 'starting'
  | 'running'
  | 'cancelling'
  | 'probing'
  /** Failed, and will be tried again at `retryAt`. */
  | 'retrying'
  /** Waits for a person's answer to `question`. */
  | 'waiting'
  /** A person step in a telling phase: handed over, holds nothing up. */
  | 'task'
  | 'succeeded'
  | 'simulated'
  /** Failed for good. With `accepted` the run went on without it. */
  | 'failed'
  | 'unknown'
  | 'cancelled'
  /** Left out by a person, with a reason. */
  | 'skipped'
  /** Left out by its `if`. */
  | 'excluded';

export interface StepState {
  readonly status: StepStatus;
  /** Number of the last attempt; 0 before the first. Never starts anew. */
  readonly attempt: number;
  /** Tries since the step began, or since a person said retry. */
  readonly tries: number;
  /** The stage that a running attempt is in. */
  readonly stage: 'action' | 'verify';
  readonly key: string | null;
  /** Ms since the epoch. */
  readonly deadline: number | null;
  readonly retryAt: number | null;
  readonly question: Question | null;
  readonly answerBy: number | null;
  /** Why a failed step does not hold the run up. */
  readonly accepted: 'contingency' | 'continue' | null;
  /** Index of the contingency being tried; null before the first. */
  readonly contingency: number | null;
  /** When it last succeeded. */
  readonly passedAt: number | null;
  /** How often a health check's pass has lapsed. */
  readonly lapses: number;
  readonly outputs: { readonly [key: string]: string };
  /** One line on why it is as it is; null while there is nothing to say. */
  readonly reason: string | null;
}

export interface StopRequest {
  readonly by: Person;
  readonly reason: string | null;
  readonly urgent: boolean;
}

export interface Context {
  readonly plan: Plan;
  /** Every step of the plan by id, contingencies included. */
  readonly index: ReadonlyMap<string, PlannedStep>;
  /** The step that a contingency belongs to, by the contingency's id. */
  readonly parents: ReadonlyMap<string, string>;
  readonly run: string;
  readonly mode: Mode;
  /** `at` of the last event: the engine's only clock. */
  readonly now: number;
  /** The phase whose steps are being started. */
  readonly place: Place;
  readonly steps: { readonly [id: string]: StepState };
  /** Ids of steps with something under way: starting, running, cancelling, probing, retrying. */
  readonly active: readonly string[];
  readonly paused: boolean;
  readonly stop: StopRequest | null;
  /** The step that ended the backout, and why. */
  readonly failure: { readonly step: string | null; readonly reason: string } | null;
  /** `notify` has held the next phase long enough. */
  readonly notifyReleased: boolean;
  /** When the last restore attempt started: health passes before it count no more. */
  readonly restoreStartedAt: number | null;
  /** Percent of the time budget whose passing was said. */
  readonly budgetSpent: number;
  /** How many engines have driven the run, and whether the last one left it. */
  readonly engines: number;
  readonly left: boolean;
  readonly end: RunEnd | null;
  readonly exitCode: number | null;
}

const untouched: StepState = {
  status: 'pending',
  attempt: 0,
  tries: 0,
  stage: 'action',
  key: null,
  deadline: null,
  retryAt: null,
  question: null,
  answerBy: null,
  accepted: null,
  contingency: null,
  passedAt: null,
  lapses: 0,
  outputs: {},
  reason: null,
};

/** The context before the first event. */
export function contextOf(plan: Plan): Context {
  const index = new Map<string, PlannedStep>();
  const parents = new Map<string, string>();
  const steps: Record<string, StepState> = {};
  for (const step of allSteps(plan)) {
    index.set(step.id, step);
    for (const contingency of step.contingency) parents.set(contingency.id, step.id);
    steps[step.id] =
      step.condition === false ? { ...untouched, status: 'excluded', reason: 'its `if` is false' } : untouched;
  }
  return {
    plan,
    index,
    parents,
    run: '',
    mode: 'real',
    now: 0,
    place: 'notify',
    steps,
    active: [],
    paused: false,
    stop: null,
    failure: null,
    notifyReleased: false,
    restoreStartedAt: null,
    budgetSpent: 0,
    engines: 0,
    left: false,
    end: null,
    exitCode: null,
  };
}

/** The state of a step that the plan has; a foreign id is our own bug. */
export function stepState(context: Context, id: string): StepState {
  return context.steps[id] ?? untouched;
}

/** It holds nothing up any more. */
export function isOver(step: StepState): boolean {
  switch (step.status) {
    case 'succeeded':
    case 'simulated':
    case 'skipped':
    case 'excluded':
    case 'task':
      return true;
    case 'failed':
      return step.accepted !== null;
    default:
      return false;
  }
}

/** Phases that tell people: they never hold the backout up (P2). */
export function isTelling(place: Place): boolean {
  return place === 'notify' || place === 'announce' || place === 'escalate';
}
