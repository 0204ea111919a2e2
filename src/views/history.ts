/**
 * What the journal says beside the engine's state: each attempt with its times and words, who decided what, who drives
 * the run. Owns no truth: a fold over the entries, one at a time, so that a live view need not start anew.
 */
import type { Decision, Person, RunEvent } from '../engine/protocol.ts';
import type { Entry } from '../journal/entry.ts';
import { genesis } from '../journal/entry.ts';
import { type AttemptRecord, rememberAttempt } from './attempt-record.ts';
import type { HostRecord } from './hosts-view.ts';
import { personName } from './person-name.ts';

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
  /** By step and host. */
  readonly hosts: ReadonlyMap<string, Map<string, HostRecord>>;
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
    hosts: new Map(),
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
      rememberAttempt(draft.attempts, event);
      if (event.type === 'step.hosts-ended') rememberHosts(draft, event);
      rememberRun(draft, event);
    },
  };
}

function rememberHosts({ hosts }: Draft, event: Extract<RunEvent, { type: 'step.hosts-ended' }>): void {
  const known = hosts.get(event.step) ?? new Map<string, HostRecord>();
  for (const end of event.hosts) known.set(end.host, { ...end, attempt: event.attempt, at: event.at });
  hosts.set(event.step, known);
}

function rememberRun(draft: Draft, event: RunEvent): void {
  switch (event.type) {
    case 'run.began':
      draft.began = event;
      for (const text of event.notes ?? []) draft.notes.push({ at: event.at, text });
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
      draft.notes.push({ at: event.at, text: event.detail });
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
