/**
 * The run as one document, `backout/run-view/v1`: what `status --json`, `run --json` and every text are made of.
 * Fields are only ever added to v1. Made by make-run-view.ts.
 */
import type { Mode, Person, Truth } from '../engine/protocol.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Injection, Reasoned } from '../plan/plan.ts';
import type { ExpectedEnd } from './estimate-end.ts';
import type { PhaseView } from './phase-view.ts';
import type { UpdateView } from './updates-view.ts';
import type { Owed, TaskView, WaitView } from './waiting.ts';

export type RunStatus =
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'succeeded-with-exceptions'
  | 'failed'
  | 'stopped'
  | 'simulated'
  | 'rehearsed'
  | 'rehearsal-failed'
  | 'rehearsal-stopped';

/** `alive`: a process drives the run. `stopped`: it holds it and does not move (SIGSTOP). `gone`: none. */
export type EngineSign = 'alive' | 'stopped' | 'gone';

export interface RunView {
  readonly schema: 'backout/run-view/v1';
  readonly run: string;
  readonly playbook: string;
  /** The run carries a change out; absent: it backs out. */
  readonly kind?: 'change';
  /** The id of the change that it takes back, where its plan was derived from that change. */
  readonly takesBack?: string;
  /** The id of a change whose way back could not begin, where the run only told people so. */
  readonly onlyTells?: string;
  /** Whoever drives it when it fails takes the change back, as was asked for when it began. */
  readonly backoutOnFailure?: { readonly irreversible: 'ask' | 'refuse' };
  /** The run that takes the change back since, or took it back; absent: none. */
  readonly takenBackBy?: string;
  /** Values that were given for the way back alone; absent: none. */
  readonly paramsBack?: JsonObject;
  /** The key of `--once`; absent: it was begun without. */
  readonly onceKey?: string;
  readonly system: string;
  readonly mode: Mode;
  /** Where it is rehearsed, and what a drill makes fail; null in every other run. */
  readonly rehearsal: RehearsalView | null;
  readonly status: RunStatus;
  /** Null once ended. */
  readonly engine: EngineSign | null;
  /** Process id of the last engine that is known. */
  readonly enginePid: number | null;
  /** Null while open. */
  readonly exitCode: number | null;
  readonly truth: Truth;
  readonly phases: readonly PhaseView[];
  /** Hash of the journal's last entry. */
  readonly head: string;
  readonly entries: number;
  readonly planDigest: string | null;
  readonly playbookFile: string;
  readonly params: JsonObject;
  /** Names of those that have the playbook's default: a command that begins it again need not give them. */
  readonly paramsAtDefault: readonly string[];
  readonly change: JsonObject;
  readonly by: Person | null;
  readonly reason: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Time of the last entry. */
  readonly lastAt: string | null;
  readonly paused: boolean;
  /** A stop was asked for and is being carried out, or was. */
  readonly stop: { readonly by: Person; readonly reason: string | null } | null;
  /** What ended the backout badly. */
  readonly failure: { readonly step: string | null; readonly reason: string } | null;
  readonly abandoned: boolean;
  readonly waitingFor: readonly WaitView[];
  /** What to type now, the best first; empty when there is nothing to do but watch. */
  readonly next: readonly NextCommand[];
  readonly exceptions: readonly string[];
  /** Handed to people; nothing waits for them. */
  readonly tasks: readonly TaskView[];
  /** Messages that were not delivered and work that an engine left undone. */
  readonly owed: readonly Owed[];
  /** The regular updates to audiences; absent where the plan has none. */
  readonly updates?: readonly UpdateView[];
  readonly decisions: readonly DecisionView[];
  readonly notes: readonly { readonly at: string; readonly text: string }[];
  /** From measured times; null where nobody can say, or nothing was measured. */
  readonly expectedEnd: ExpectedEnd | null;
  readonly timeBudget: { readonly ms: number; readonly spentMs: number } | null;
}

export interface RehearsalView {
  readonly environment: string;
  readonly inject: { readonly [step: string]: Injection };
  readonly leftOut: readonly Reasoned[];
}

export interface DecisionView {
  readonly at: string;
  readonly verb: string;
  readonly step: string | null;
  readonly by: Person;
  readonly reason: string | null;
}

export interface NextCommand {
  readonly command: string;
  /** When to type it, in a few words: `when it is done`. */
  readonly when: string;
}

/** What the next commands are decided from. */
export type Situation = Omit<RunView, 'next'>;
