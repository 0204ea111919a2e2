/**
 * What a ledger says of a change: a fold over its entries, and over what the runs that it names have done.
 * Owns: what counts where entries differ (the later one). Does not own: files, reading journals, what is a repetition.
 */
import type { Person } from '../engine/protocol.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Progress } from '../plan/derive/executed.ts';
import type { ChangeFile, LedgerEvent, RecordedState } from './ledger-event.ts';

export interface Word {
  readonly at: number;
  readonly by: Person;
  readonly state: RecordedState | 'taken-back' | 'left' | 'struck';
  /** The run that carried it out or took it back; null: it was recorded. */
  readonly run: string | null;
  /** Why what was recorded before was struck out; null for every other word. */
  readonly reason: string | null;
}

export interface LedgerStep {
  readonly progress: Progress;
  /** What became of it since it was executed: taken back, or left as it is by a person's decision. */
  readonly settled: 'taken-back' | 'left' | null;
  readonly outputs: { readonly [key: string]: string };
  /** Everything that was said of it, in order; the last one counts. */
  readonly words: readonly Word[];
  /** Digest of the step when it was last begun or recorded; null: nobody who wrote knew the file. */
  readonly definition: string | null;
  /** What it waited for then; null: nobody who wrote knew it. */
  readonly needs: readonly string[] | null;
  /** What was said of it since it was executed came from files that do not say the same of it. */
  readonly mixed: boolean;
  /** A run saw it fail, and it may have done something all the same; words that were recorded are believed. */
  readonly mayHaveActed?: boolean;
  /** Undo steps of it that earlier backouts have begun and that nobody saw end well. */
  readonly halfUndone?: readonly string[];
}

export interface LedgerState {
  readonly steps: ReadonlyMap<string, LedgerStep>;
  readonly params: JsonObject;
  /** The change's file as it was last known. */
  readonly file: string | null;
  /** Digest of its frame as it was last known; null: it has none. Undefined: nobody who wrote knew it. */
  readonly frame?: string | null;
  /** The frame was edited while some of the change stood carried out. */
  readonly mixedFrame: boolean;
  /** The last run that carried it out, and the last that took it back, where nothing was carried out since. */
  readonly run: string | null;
  readonly backout: string | null;
  /** The last run that took any of it back, whatever was said since. */
  readonly lastBackout: string | null;
}

/** What a run did to one of its steps. */
export interface RunStep {
  readonly progress: Progress;
  /** A person, or its own condition, left it out. */
  readonly leftOut: boolean;
  /** A person does it: it is never repeated unasked. */
  readonly byHand?: boolean;
  /** It may have done something although it failed. */
  readonly mayHaveActed?: boolean;
  readonly outputs: { readonly [key: string]: string };
  /** When it was last begun (ms since the epoch). */
  readonly at: number;
}

/** The steps of a run by id; empty where nothing was begun. */
export type RunSteps = (run: string) => ReadonlyMap<string, RunStep>;

export function foldLedger(events: readonly LedgerEvent[], stepsOfRun: RunSteps): LedgerState {
  const ledger = new Ledger();
  const struck = struckOf(events);
  for (const event of events) ledger.add(event, stepsOfRun, struck.has(event));
  return ledger.state;
}

/** The records that were struck out later. */
function struckOf(events: readonly LedgerEvent[]): ReadonlySet<LedgerEvent> {
  const steps = new Set<string>();
  const struck = new Set<LedgerEvent>();
  for (const event of events.toReversed()) {
    if (event.type === 'ledger.struck') steps.add(event.step);
    if (event.type === 'ledger.recorded' && steps.has(event.step)) struck.add(event);
  }
  return struck;
}

const nothing: LedgerStep = {
  progress: 'not-begun',
  settled: null,
  outputs: {},
  words: [],
  definition: null,
  needs: null,
  mixed: false,
};
const progressOf = { started: 'unknown', done: 'done', failed: 'failed' } as const;
const stateOf = { unknown: 'started', done: 'done', failed: 'failed' } as const;

class Ledger {
  readonly #steps = new Map<string, LedgerStep>();
  #whole: Omit<LedgerState, 'steps'> = {
    params: {},
    file: null,
    mixedFrame: false,
    run: null,
    backout: null,
    lastBackout: null,
  };

  get state(): LedgerState {
    return { steps: this.#steps, ...this.#whole };
  }

  add(event: LedgerEvent, stepsOfRun: RunSteps, isStruck: boolean): void {
    switch (event.type) {
      case 'ledger.recorded':
        return isStruck ? this.#said(event, event.state, null) : this.#recorded(event);
      case 'ledger.struck':
        return this.#said(event, 'struck', event.reason);
      case 'ledger.run':
        return this.#carriedOut(event, stepsOfRun(event.run));
      case 'ledger.backout':
        return this.#takenBack(event, stepsOfRun(event.run));
    }
  }

  /** A word that changes nothing. */
  #said({ step, at, by }: Spoken, state: Word['state'], reason: string | null): void {
    const before = this.#steps.get(step) ?? nothing;
    this.#steps.set(step, { ...before, words: [...before.words, { at, by, state, run: null, reason }] });
  }

  #recorded(event: Extract<LedgerEvent, { readonly type: 'ledger.recorded' }>): void {
    const { at, by, state, step, outputs, source } = event;
    const word: Word = { at, by, state, run: null, reason: null };
    if (this.#isOvertaken(step, at)) return this.#saidBefore(step, word);
    this.#whole = { ...this.#whole, ...this.#frameOf(source), file: source?.file ?? this.#whole.file, backout: null };
    const before = state === 'started' ? {} : (this.#steps.get(step)?.outputs ?? {});
    const progress = progressOf[state];
    this.#set(step, { progress, outputs: { ...before, ...outputs } }, word, source);
  }

  /** A backout that was named before began to take the step back only after this was said. */
  #isOvertaken(id: string, at: number): boolean {
    const { settled, words } = this.#steps.get(id) ?? nothing;
    return settled !== null && (words.at(-1)?.at ?? 0) > at;
  }

  #saidBefore(id: string, word: Word): void {
    const before = this.#steps.get(id) ?? nothing;
    this.#steps.set(id, { ...before, words: [...before.words.slice(0, -1), word, ...before.words.slice(-1)] });
  }

  #carriedOut(
    { by, run, source, params }: Extract<LedgerEvent, { readonly type: 'ledger.run' }>,
    steps: ReadonlyMap<string, RunStep>,
  ): void {
    this.#whole = { ...this.#whole, ...this.#frameOf(source), params, file: source.file, run, backout: null };
    for (const [id, { progress, outputs, at, mayHaveActed = false }] of steps) {
      if (progress === 'not-begun' || !Object.hasOwn(source.steps, id)) continue;
      this.#set(
        id,
        { progress, outputs, mayHaveActed: mayHaveActed || this.#stands(id) },
        { at, by, state: stateOf[progress], run, reason: null },
        source,
      );
    }
  }

  /** What it did before is there still, whatever became of another attempt at it. */
  #stands(id: string): boolean {
    const { progress, mayHaveActed = false } = this.#steps.get(id) ?? nothing;
    return progress === 'failed' ? mayHaveActed : progress !== 'not-begun';
  }

  /** Settled is what each of its undo steps has done or was left out of; where one failed, it counts as it did before. */
  #takenBack(
    { by, run, undo, leaves, at: began }: Extract<LedgerEvent, { readonly type: 'ledger.backout' }>,
    steps: ReadonlyMap<string, RunStep>,
  ): void {
    this.#whole = { ...this.#whole, backout: run, lastBackout: run };
    for (const [id, ids] of Object.entries(undo)) {
      const over = ids.flatMap((each) => steps.get(each) ?? []);
      if (!isOver(ids, steps)) this.#halfUndone(id, ids, steps);
      if (!isOver(ids, steps) || steps.size === 0) continue;
      const isLeft = leaves.includes(id) || (over.length > 0 && over.every(({ leftOut }) => leftOut));
      const at = Math.max(began, ...over.map((each) => each.at));
      const word: Word = { at, by, state: isLeft ? 'left' : 'taken-back', run, reason: null };
      this.#set(id, { progress: 'not-begun', outputs: {} }, word, null);
    }
  }

  #set(
    id: string,
    now: Pick<LedgerStep, 'progress' | 'outputs' | 'mayHaveActed'>,
    word: Word,
    source: ChangeFile | null,
  ): void {
    const before = this.#steps.get(id) ?? nothing;
    const definition = source?.steps[id] ?? before.definition;
    const needs = source?.needs?.[id] ?? (source === null ? before.needs : null);
    const settled = word.state === 'taken-back' || word.state === 'left' ? word.state : null;
    const half = word.state === 'done' || word.state === 'failed' ? before.halfUndone : undefined;
    const mixed = now.progress !== 'not-begun' && (before.mixed || differs(before, { definition, needs }));
    const kept = half === undefined || word.run !== null ? {} : { halfUndone: half };
    this.#steps.set(id, { ...now, settled, words: [...before.words, word], definition, needs, mixed, ...kept });
  }

  #halfUndone(id: string, ids: readonly string[], steps: ReadonlyMap<string, RunStep>): void {
    const step = this.#steps.get(id);
    if (step === undefined) return;
    const begun = ids.filter((each) => isHalf(steps.get(each)));
    const before = (step.halfUndone ?? []).filter((each) => steps.get(each)?.progress !== 'done');
    this.#steps.set(id, { ...step, halfUndone: [...new Set([...before, ...begun])] });
  }

  #frameOf(source: ChangeFile | null): Pick<LedgerState, 'frame' | 'mixedFrame'> {
    const { frame, mixedFrame } = this.#whole;
    const stands = [...this.#steps.values()].some(({ progress }) => progress !== 'not-begun');
    const mixed = stands && mixedFrame;
    if (source?.frame === undefined) return { ...(frame === undefined ? {} : { frame }), mixedFrame: mixed };
    return { frame: source.frame, mixedFrame: mixed || (stands && frame !== undefined && frame !== source.frame) };
  }
}

/** Each of the undo steps has done its work or was left out. */
export function isOver(ids: readonly string[], steps: ReadonlyMap<string, RunStep>): boolean {
  return ids.every((id) => {
    const step = steps.get(id);
    return step !== undefined && (step.progress === 'done' || step.leftOut);
  });
}

const isHalf = (step: RunStep | undefined): boolean =>
  step !== undefined && !step.leftOut && step.byHand !== true && ['failed', 'unknown'].includes(step.progress);

type Spoken = Extract<LedgerEvent, { readonly step: string }>;

/** What nobody knew differs from nothing. */
function differs(before: LedgerStep, now: Pick<LedgerStep, 'definition' | 'needs'>): boolean {
  if (before.progress === 'not-begun') return false;
  const isEdited = before.definition !== null && before.definition !== now.definition;
  return isEdited || (before.needs !== null && now.needs !== null && before.needs.join() !== now.needs.join());
}
