/** What the engine knows: the plan, and what has become of each step. A pure fold of the journal's events (P5). */
import type { Plan, PlannedStep } from '../plan/plan.ts';
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
  /** A person step in a telling phase: handed over, waits for nobody. */
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
  readonly deadline: number | null;
  readonly retryAt: number | null;
  readonly question: Question | null;
  readonly answerBy: number | null;
  /** Why a failed step does not hold the run up. */
  readonly accepted: 'contingency' | 'continue' | null;
  /** Index of the contingency being tried; null before the first. */
  readonly contingency: number | null;
  /** When it last succeeded, ms since the epoch. */
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
  /** The step that a contingency belongs to. */
  readonly parents: ReadonlyMap<string, string>;
  readonly run: string;
  readonly mode: Mode;
  readonly steps: { readonly [id: string]: StepState };
  /** Ids of steps that have something under way: starting, running, cancelling, probing, retrying. */
  readonly active: readonly string[];
  readonly paused: boolean;
  readonly stop: StopRequest | null;
  /** The step that ended the backout, and why. */
  readonly failure: { readonly step: string | null; readonly reason: string } | null;
  /** `notify` has held the next phase long enough. */
  readonly notifyReleased: boolean;
  readonly abandoned: boolean;
  readonly end: RunEnd | null;
  readonly exitCode: number | null;
}
