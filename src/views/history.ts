/**
 * What the journal says beside the engine's state: each attempt with its times and words, who decided what, who drives
 * the run. Owns no truth: a fold over the entries, one at a time, so that a live view need not start anew.
 */
import type { AttemptEnd, Decision, FailureClass, Person, RunEvent } from '../engine/protocol.ts';
import type { Entry } from '../journal/entry.ts';
import { genesis } from '../journal/entry.ts';

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

export interface DecisionRecord {
  readonly at: number;
  /** `confirm`, `skip`, … */
  readonly verb: string;
  readonly step: string | null;
  readonly by: Person;
  readonly reason: string | null;
}

export interface Note {
  readonly at: number;
  readonly text: string;
}

export interface History {
  readonly attempts: ReadonlyMap<string, readonly AttemptRecord[]>;
  readonly decisions: readonly DecisionRecord[];
  readonly notes: readonly Note[];
  /** When something was last written of a step. */
  readonly touched: ReadonlyMap<string, number>;
  readonly began: Extract<RunEvent, { type: 'run.began' }> | null;
  readonly ended: Extract<RunEvent, { type: 'run.ended' }> | null;
  /** Why the engine left, null while one is believed to be there. */
  readonly left: Extract<RunEvent, { type: 'engine.left' }> | null;
  /** Process id of the last engine. */
  readonly pid: number | null;
  readonly lastAt: number;
  /** Hash of the last entry. */
  readonly head: string;
  readonly entries: number;
}

type Growing<T> = T extends ReadonlyMap<infer K, infer V> ? Map<K, V> : T extends readonly (infer I)[] ? I[] : T;
type Draft = { -readonly [K in keyof History]: Growing<History[K]> };

export interface HistoryBuilder {
  /** Grows with every `add`. */
  readonly history: History;
  add(entry: Pick<Entry, 'event' | 'hash'>): void;
}

export function historyOf(entries: Iterable<Pick<Entry, 'event' | 'hash'>>): History {
  const builder = createHistory();
  for (const entry of entries) builder.add(entry);
  return builder.history;
}

export function createHistory(): HistoryBuilder {
  const draft: Draft = {
    attempts: new Map(),
    decisions: [],
    notes: [],
    touched: new Map(),
    began: null,
    ended: null,
    left: null,
    pid: null,
    lastAt: 0,
    head: genesis,
    entries: 0,
  };
  return {
    history: draft,
    add({ event, hash }) {
      draft.lastAt = event.at;
      draft.head = hash;
      draft.entries += 1;
      if ('step' in event) draft.touched.set(event.step, event.at);
      rememberAttempt(draft, event);
      rememberRun(draft, event);
    },
  };
}

function rememberRun(draft: Draft, event: RunEvent): void {
  switch (event.type) {
    case 'run.began':
      draft.began = event;
      draft.pid = event.pid;
      return;
    case 'engine.attached':
      draft.left = null;
      draft.pid = event.pid;
      draft.notes.push({ at: event.at, text: `taken up again by ${personName(event.by)}` });
      for (const text of event.notes) draft.notes.push({ at: event.at, text });
      return;
    case 'engine.left':
      draft.left = event;
      return;
    case 'run.ended':
      draft.ended = event;
      return;
    case 'disk.filled':
      draft.notes.push({ at: event.at, text: `the disk of the journal is full: ${event.detail}` });
      return;
    case 'budget.spent':
      draft.notes.push({ at: event.at, text: `${event.percent} % of the time budget is spent` });
      return;
    case 'deadline.extended':
      draft.notes.push({ at: event.at, text: `${personName(event.by)} gave ${event.step} more time` });
      return;
    default:
      if (isDecision(event)) draft.decisions.push(decisionRecord(event));
  }
}

function isDecision(event: RunEvent): event is RunEvent & Decision {
  return event.type.startsWith('decision.');
}

function decisionRecord(event: { readonly at: number } & Decision): DecisionRecord {
  return {
    at: event.at,
    verb: event.type.slice('decision.'.length),
    step: 'step' in event ? event.step : null,
    by: event.by,
    reason: event.reason,
  };
}

/** `anna`, `root (sudo by anna)`, `anna (says: Maria Keller)`: what is measured first, what is only claimed last. */
export function personName({ login, sudoUser, claimed }: Person): string {
  const beside = [
    ...(sudoUser === null ? [] : [`sudo by ${sudoUser}`]),
    ...(claimed === null ? [] : [`says: ${claimed}`]),
  ];
  return beside.length === 0 ? login : `${login} (${beside.join(', ')})`;
}

const outcomes: { readonly [type: string]: AttemptOutcome } = {
  'step.succeeded': 'succeeded',
  'step.failed': 'failed',
  'step.timed-out': 'timed-out',
  'step.cancelled': 'cancelled',
  'step.unknown': 'unknown',
  'step.simulated': 'simulated',
};

function rememberAttempt(draft: Draft, event: RunEvent): void {
  if (!('attempt' in event)) return;
  const earlier = draft.attempts.get(event.step) ?? [];
  const known = earlier.find((record) => record.n === event.attempt) ?? begun(event.attempt, event.at);
  const record = changed(known, event);
  if (record === undefined) return;
  draft.attempts.set(event.step, [...earlier.filter((other) => other.n !== event.attempt), record]);
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
