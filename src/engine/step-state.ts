/** What has become of one step. */
import { type HostStates, noHosts } from './hosts.ts';
import type { FailureClass, Question } from './protocol.ts';

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
  /** Of the last attempt that was really begun; null before the first. */
  readonly key: string | null;
  /** Ms since the epoch. */
  readonly deadline: number | null;
  readonly retryAt: number | null;
  readonly question: Question | null;
  readonly answerBy: number | null;
  /** Why a failed step does not hold the run up. `owed`: a message that the next engine sends (P2). */
  readonly accepted: 'contingency' | 'continue' | 'owed' | null;
  /** Index of the contingency being tried; null before the first. */
  readonly contingency: number | null;
  /** When its last attempt was begun, ms since the epoch; null before the first. */
  readonly begunAt: number | null;
  /** When it last succeeded. */
  readonly passedAt: number | null;
  /** How many restore attempts of the run had begun when its last attempt began. */
  readonly restoresBefore: number;
  /** How often a health check's pass has lapsed. */
  readonly lapses: number;
  readonly outputs: { readonly [key: string]: string };
  /** What is known of its hosts, by name; empty for a step that is done here. */
  readonly hosts: HostStates;
  /** How its last failed attempt failed; null before the first. */
  readonly trouble: FailureClass | 'timeout' | null;
  /** An attempt at it has ended that may have changed what it works on. Never unset. */
  readonly mayHaveTouched: boolean;
  /** One line on why it is as it is; null while there is nothing to say. */
  readonly reason: string | null;
}

export const untouched: StepState = {
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
  begunAt: null,
  passedAt: null,
  restoresBefore: 0,
  lapses: 0,
  outputs: {},
  hosts: noHosts,
  trouble: null,
  mayHaveTouched: false,
  reason: null,
};

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

/** Something of it is going on, or will without anybody's word. */
export function isUnderWay({ status }: StepState): boolean {
  switch (status) {
    case 'starting':
    case 'running':
    case 'cancelling':
    case 'probing':
    case 'retrying':
      return true;
    default:
      return false;
  }
}
