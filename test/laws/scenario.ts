/**
 * One imagined backout: a plan, what the world makes of each attempt, what people say and when, and where engines
 * die. Plain data, so that a counterexample can be read, kept and told again.
 */
import type { Place, Plan } from '../../src/plan/plan.ts';

/** What becomes of one attempt. */
export interface Fate {
  readonly kind:
    | 'success'
    | 'exit'
    | 'timeout'
    | 'unknown'
    | 'survives' // unknown, and something of it still lives
    | 'unprepared' // its values are not there: it never begins
    | 'excluded' // its condition turns out to be false
    | 'hangs'; // it never ends by itself
  readonly ms: number;
  /** Whether its verification holds, where the step has one. */
  readonly verified: boolean;
  readonly probe: 'yes' | 'no' | 'unknown';
}

/** What a person answers when a step waits for one. */
export interface Answer {
  readonly say: 'confirm' | 'reject' | 'retry' | 'skip' | 'nothing';
  readonly ms: number;
}

/** What a person says unasked: at that time after the beginning, or when the journal has so many entries. */
export interface Word {
  readonly when: { readonly atMs: number } | { readonly entries: number };
  readonly say: 'stop' | 'pause' | 'resume' | 'reopen' | 'abandon' | 'confirm' | 'reject' | 'retry' | 'skip';
  /** Which step, as an index into the plan. */
  readonly step: number;
  readonly cancels: boolean;
  readonly urgent: boolean;
}

/** The engine dies when it has passed so many more boundaries (before and after each append and each effect). */
export interface Crash {
  readonly after: number;
  /** Of a batch that is being written, this many lines and half of the next are kept. */
  readonly tornLines: number;
  /** Attempts in flight are gone without a trace. */
  readonly loses: boolean;
  /** Until the next engine. */
  readonly deadMs: number;
}

export interface Scenario {
  readonly plan: Plan;
  /** Fates of a step's attempts by its id, the first attempt first; after the last one: success. */
  readonly fates: { readonly [step: string]: readonly Fate[] };
  readonly answers: readonly Answer[];
  readonly words: readonly Word[];
  readonly crashes: readonly Crash[];
  readonly mode: 'real' | 'dry-run';
  /** Happenings of one instant reach the engine together (group commit), or one by one. */
  readonly together: boolean;
  /** A new engine says that it has come. */
  readonly attaches: boolean;
  /** From this append on the disk is full until the reserve is released; 0: never. */
  readonly fullAtAppend: number;
}

export const success: Fate = { kind: 'success', ms: 10, verified: true, probe: 'yes' };

export const places: readonly Place[] = [
  'notify',
  'disable-access',
  'restore',
  'health-checks',
  'enable-access',
  'announce',
  'escalate',
];
