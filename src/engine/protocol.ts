/**
 * What the engine hears (events, past tense) and what it asks for (commands, imperative). Both are plain data.
 * Events are what the journal holds; a command is done by the driver, and its result comes back as an event.
 */
import type { JsonObject } from '../kernel/json.ts';

/** Who said or started something. `login` is measured, `claimed` is only what was said with `--by`. */
export interface Person {
  readonly login: string;
  readonly sudoUser: string | null;
  readonly claimed: string | null;
  readonly host: string;
}

export type FailureClass =
  | 'exit' // the command ended with another code than 0
  | 'signal' // a signal that we did not send ended it
  | 'verify' // done, but the proof of it failed
  | 'check' // measured, and bad
  | 'error' // could not be measured, or the adapter could not do it
  | 'inconclusive' // measured, and it says neither good nor bad: no data, stale data
  | 'untouched' // refused, or failed, before anything was changed
  | 'spawn' // the program could not be started
  | 'preparation' // a value, secret or file that the step needs is not there
  | 'rejected' // a person said no
  | 'unanswered' // nobody answered in time
  | 'output'; // an output value is not acceptable (it held a secret, or was malformed)

export interface Spooled {
  /** Bytes that the program wrote. */
  readonly bytes: number;
  /** Bytes left out in the middle because of `maxOutput`. */
  readonly cut: number;
  /** SHA-256 of what is kept, after redaction. */
  readonly sha256: string;
}

/** How an attempt, or one stage of it, ended; shared by all outcome events. */
export interface AttemptEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** One line: why; null where there is nothing to say. */
  readonly reason: string | null;
  /** The program's last words, redacted, at most 2 KiB. */
  readonly lastWords: string | null;
  readonly outputs: { readonly [key: string]: string };
  readonly stdout: Spooled | null;
  readonly stderr: Spooled | null;
  readonly durationMs: number;
  /** The end came while no engine ran and was found later. */
  readonly late: boolean;
}

export type HostOutcome = 'succeeded' | 'failed' | 'unreachable' | 'timed-out' | 'cancelled' | 'unknown';

/** How an attempt ended on one of its hosts. */
export interface HostEnd {
  readonly host: string;
  readonly outcome: HostOutcome;
  readonly exitCode: number | null;
  /** One line: why, and the remedy; null where there is nothing to say. */
  readonly reason: string | null;
  /** The program's last words, redacted, at most 2 KiB. */
  readonly lastWords: string | null;
  readonly durationMs: number;
  /**
   * The host perhaps holds a command that was begun: the next attempt must follow it there, under the same claim, and
   * not begin another (P4). False: it has ended, or never began and never will.
   */
  readonly held: boolean;
}

interface Dated {
  /** Milliseconds since the epoch; never smaller than in the entry before. */
  readonly at: number;
}
interface OfAttempt extends Dated {
  readonly step: string;
  readonly attempt: number;
}

export type RunEvent =
  | (Dated & {
      readonly type: 'run.began';
      readonly run: string;
      readonly mode: Mode;
      readonly planDigest: string;
      readonly playbook: string;
      readonly system: string;
      readonly change: JsonObject;
      readonly by: Person;
      readonly reason: string | null;
      readonly boot: string;
      readonly pid: number;
      readonly version: string;
      /** `--once` key, null without. */
      readonly onceKey: string | null;
      readonly withoutWaiting: boolean;
      /** What was known, or overridden, when it began. */
      readonly notes?: readonly string[];
      /** Values that were given for the way back of the change. */
      readonly paramsBack?: JsonObject;
      /** Whoever drives it when it fails takes it back; absent: nobody was asked to. */
      readonly backoutOnFailure?: { readonly irreversible: 'ask' | 'refuse' };
    })
  /** An engine took the run up again. */
  | (Dated & {
      readonly type: 'engine.attached';
      readonly by: Person;
      readonly boot: string;
      readonly pid: number;
      readonly notes: readonly string[];
      /** So far the machine's clock stood before the journal's last entry: nobody knows how long there was no engine. */
      readonly clockBehindMs?: number;
    })
  /** An engine left a run that has not ended: it waits for a person, or was told to go. */
  | (Dated & {
      readonly type: 'engine.left';
      readonly reason: 'waiting' | 'signal' | 'fault';
      readonly owed: readonly string[];
    })
  /** P3: the intent; on disk before the attempt begins. */
  | (OfAttempt & {
      readonly type: 'step.started';
      /** Unique for the attempt; in the environment of its processes; the idempotency key of messages. */
      readonly key: string;
      /** Absolute, ms since the epoch; null without a timeout. */
      readonly deadline: number | null;
      readonly boot: string;
      /** What is done, for people and auditors: argv, request, instruction; secrets redacted. */
      readonly does: readonly string[];
      /** Names of environment variables that were set. */
      readonly env: readonly string[];
    })
  /** The action is done and good; its verification is still to come. */
  | (OfAttempt & { readonly type: 'step.performed'; readonly end: AttemptEnd })
  | (OfAttempt & { readonly type: 'step.succeeded'; readonly end: AttemptEnd })
  | (OfAttempt & { readonly type: 'step.failed'; readonly class: FailureClass; readonly end: AttemptEnd })
  | (OfAttempt & { readonly type: 'step.timed-out'; readonly end: AttemptEnd })
  | (OfAttempt & { readonly type: 'step.cancelled'; readonly end: AttemptEnd })
  /** Begun, and its end was not seen; or it could not be ended: `survivors` names what still lives. */
  | (OfAttempt & { readonly type: 'step.unknown'; readonly end: AttemptEnd; readonly survivors: readonly string[] })
  | (OfAttempt & { readonly type: 'step.simulated'; readonly end: AttemptEnd; readonly uncovered: string | null })
  /** What became known of some of its hosts while it runs; those not named by any such event were not begun. */
  | (OfAttempt & { readonly type: 'step.hosts-ended'; readonly hosts: readonly HostEnd[] })
  /** Its `if` was false. */
  | (Dated & { readonly type: 'step.excluded'; readonly step: string; readonly because: string })
  | (OfAttempt & { readonly type: 'step.probed'; readonly answer: 'yes' | 'no' | 'unknown'; readonly detail: string })
  | (Dated & {
      readonly type: 'deadline.extended';
      readonly step: string;
      readonly deadline: number;
      readonly by: Person;
    })
  | (Dated & { readonly type: 'timer.fired'; readonly timer: string })
  | (Dated & { readonly type: 'budget.spent'; readonly percent: 80 | 100 })
  | (Dated & Decision)
  /** The journal's disk is full; the reserve was released to record the end. */
  | (Dated & { readonly type: 'disk.filled'; readonly detail: string })
  | (Dated & {
      readonly type: 'run.ended';
      readonly end: RunEnd;
      readonly exitCode: number;
      readonly truth: Truth;
      readonly exceptions: readonly string[];
    });

export type Decision =
  | Decided<'stop', { readonly inFlight: 'finish' | 'cancel'; readonly urgent: boolean }>
  | Decided<'pause'>
  | Decided<'resume'>
  | Decided<'reopen'>
  | Decided<'abandon'>
  | Decided<'confirm', OfStep>
  | Decided<'reject', OfStep>
  | Decided<'retry', OfStep>
  | Decided<'skip', OfStep>;

type OfStep = { readonly step: string };
type Decided<V extends string, More = unknown> = {
  readonly type: `decision.${V}`;
  readonly by: Person;
  readonly reason: string | null;
} & More;

/** A rehearsal is carried out for real, in an environment that is not production's. */
export type Mode = 'real' | 'dry-run' | 'rehearsal';
export type RunEnd =
  | 'succeeded'
  | 'succeeded-with-exceptions'
  | 'failed'
  | 'stopped'
  | 'simulated'
  | 'simulated-failed';

export interface Truth {
  readonly access: 'open' | 'closed' | 'unknown';
  readonly data: 'untouched' | 'restoring' | 'restored' | 'unknown';
  readonly health: 'proven' | 'failing' | 'unknown';
}

export type Command =
  /** Fill in the values; answers `step.started`, `step.excluded` or `step.failed` (class `preparation`) at once. */
  | { readonly do: 'prepare'; readonly step: string; readonly attempt: number }
  /** See to it that the attempt whose intent is on disk runs, once, and follow it to its end. */
  | { readonly do: 'carry-out'; readonly step: string; readonly attempt: number; readonly stage: 'action' | 'verify' }
  | { readonly do: 'cancel'; readonly step: string; readonly attempt: number; readonly urgent: boolean }
  | { readonly do: 'probe'; readonly step: string; readonly attempt: number }
  /** Ask for `timer.fired` at that instant. */
  | { readonly do: 'arm'; readonly timer: string; readonly due: number }
  | { readonly do: 'disarm'; readonly timer: string }
  /** Tell whoever must act that the run waits for them. */
  | { readonly do: 'ask'; readonly step: string; readonly question: Question }
  /** Append `engine.left`: the run is not closed, as `owed` is still to be done by the next engine. */
  | { readonly do: 'leave'; readonly owed: readonly string[] }
  /** Append `run.ended`; nothing follows it. */
  | {
      readonly do: 'close';
      readonly end: RunEnd;
      readonly exitCode: number;
      readonly truth: Truth;
      readonly exceptions: readonly string[];
    };

/** Why a step waits for a person. */
export type Question = 'confirm' | 'failed' | 'unknown';
