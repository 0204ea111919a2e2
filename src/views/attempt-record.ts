/** One try at a step, as its events tell it. */
import type { AttemptEnd, FailureClass, Person, RunEvent } from '../engine/protocol.ts';
import { personName } from './person-name.ts';

export type AttemptOutcome = 'succeeded' | 'failed' | 'timed-out' | 'cancelled' | 'unknown' | 'simulated';

export interface AttemptRecord {
  readonly n: number;
  /** Null while in flight. */
  readonly outcome: AttemptOutcome | null;
  readonly class: FailureClass | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly end: AttemptEnd | null;
  readonly does: readonly string[];
  readonly survivors: readonly string[];
  /** Dry run: what could not be checked. */
  readonly uncovered: string | null;
}

const outcomes: { readonly [type: string]: AttemptOutcome } = {
  'step.succeeded': 'succeeded',
  'step.failed': 'failed',
  'step.timed-out': 'timed-out',
  'step.cancelled': 'cancelled',
  'step.unknown': 'unknown',
  'step.simulated': 'simulated',
};

export function rememberAttempt(attempts: Map<string, readonly AttemptRecord[]>, event: RunEvent): void {
  if ('attempt' in event) {
    const known = attempts.get(event.step)?.find(({ n }) => n === event.attempt) ?? begun(event.attempt, event.at);
    const record = changed(known, event);
    if (record !== undefined) keep(attempts, event.step, record);
    return;
  }
  const answer = answerOf(event);
  const waiting = answer === undefined ? undefined : attempts.get(answer.step)?.at(-1);
  if (answer === undefined || waiting === undefined || waiting.outcome !== null) return;
  keep(attempts, answer.step, answered(waiting, answer, event.at));
}

function keep(attempts: Map<string, readonly AttemptRecord[]>, step: string, record: AttemptRecord): void {
  const others = (attempts.get(step) ?? []).filter(({ n }) => n !== record.n);
  attempts.set(step, [...others, record]);
}

interface Answer extends Pick<AttemptRecord, 'outcome' | 'class'> {
  readonly step: string;
  readonly reason: string;
}

/** A person's work has no outcome event of its own: it ends by what is said of it, or by nobody saying anything. */
function answerOf(event: RunEvent): Answer | undefined {
  if (event.type === 'timer.fired') {
    if (!event.timer.startsWith('answer:')) return undefined;
    const step = event.timer.slice('answer:'.length);
    return { step, outcome: 'failed', class: 'unanswered', reason: 'nobody answered in time' };
  }
  if (event.type === 'decision.confirm') return said(event, 'succeeded', null, 'confirmed');
  if (event.type === 'decision.reject') return said(event, 'failed', 'rejected', 'rejected');
  return event.type === 'decision.skip' ? said(event, 'cancelled', null, 'skipped') : undefined;
}

function said(
  event: { readonly step: string; readonly by: Person; readonly reason: string | null },
  outcome: AttemptOutcome,
  failure: FailureClass | null,
  verb: string,
): Answer {
  const reason = `${verb} by ${personName(event.by)}${event.reason === null ? '' : `: ${event.reason}`}`;
  return { step: event.step, outcome, class: failure, reason };
}

function answered(record: AttemptRecord, answer: Answer, at: number): AttemptRecord {
  const end: AttemptEnd = {
    exitCode: null,
    signal: null,
    reason: answer.reason,
    lastWords: null,
    outputs: {},
    stdout: null,
    stderr: null,
    durationMs: at - record.startedAt,
    late: false,
  };
  return { ...record, outcome: answer.outcome, class: answer.class, endedAt: at, end };
}

function begun(n: number, at: number): AttemptRecord {
  return {
    n,
    outcome: null,
    class: null,
    startedAt: at,
    endedAt: null,
    end: null,
    does: [],
    survivors: [],
    uncovered: null,
  };
}

function changed(record: AttemptRecord, event: Extract<RunEvent, { attempt: number }>): AttemptRecord | undefined {
  if (event.type === 'step.started') return { ...record, startedAt: event.at, does: event.does };
  const outcome = outcomes[event.type];
  if (outcome === undefined || !('end' in event)) return undefined;
  return {
    ...record,
    outcome,
    class: event.type === 'step.failed' ? event.class : null,
    endedAt: event.at,
    end: event.end,
    survivors: event.type === 'step.unknown' ? event.survivors : [],
    uncovered: event.type === 'step.simulated' ? event.uncovered : null,
  };
}
