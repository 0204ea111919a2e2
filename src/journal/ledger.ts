/**
 * What a ledger says of a change: a fold over its entries, and over what the runs that it names have done.
 * Owns: what counts where entries differ (the later one), what is a repetition. Does not own: files, reading journals.
 */
import type { Person } from '../engine/protocol.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Progress } from '../plan/derive/executed.ts';
import type { ChangeFile, LedgerEvent, RecordedState } from './ledger-event.ts';

export interface Word {
  readonly at: number;
  readonly by: Person;
  readonly state: RecordedState | 'taken-back' | 'left';
  /** The run that carried it out or took it back; null: it was recorded. */
  readonly run: string | null;
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
}

export interface LedgerState {
  readonly steps: ReadonlyMap<string, LedgerStep>;
  readonly params: JsonObject;
  /** The change's file as it was last known. */
  readonly file: string | null;
  /** The last run that carried it out, and the last that took it back, where nothing was carried out since. */
  readonly run: string | null;
  readonly backout: string | null;
}

/** What a run did to one of its steps. */
export interface RunStep {
  readonly progress: Progress;
  /** A person, or its own condition, left it out. */
  readonly leftOut: boolean;
  readonly outputs: { readonly [key: string]: string };
  /** When it was last begun (ms since the epoch). */
  readonly at: number;
}

/** The steps of a run by id; empty where nothing was begun. */
export type RunSteps = (run: string) => ReadonlyMap<string, RunStep>;

export function foldLedger(events: readonly LedgerEvent[], stepsOfRun: RunSteps): LedgerState {
  const ledger = new Ledger();
  for (const event of events) ledger.add(event, stepsOfRun);
  return ledger.state;
}

const nothing: LedgerStep = { progress: 'not-begun', settled: null, outputs: {}, words: [], definition: null };
const progressOf = { started: 'unknown', done: 'done', failed: 'failed' } as const;
const stateOf = { unknown: 'started', done: 'done', failed: 'failed' } as const;

class Ledger {
  readonly #steps = new Map<string, LedgerStep>();
  #whole: Omit<LedgerState, 'steps'> = { params: {}, file: null, run: null, backout: null };

  get state(): LedgerState {
    return { steps: this.#steps, ...this.#whole };
  }

  add(event: LedgerEvent, stepsOfRun: RunSteps): void {
    switch (event.type) {
      case 'ledger.recorded':
        return this.#recorded(event);
      case 'ledger.run':
        return this.#carriedOut(event, stepsOfRun(event.run));
      case 'ledger.backout':
        return this.#takenBack(event, stepsOfRun(event.run));
    }
  }

  #recorded(event: Extract<LedgerEvent, { readonly type: 'ledger.recorded' }>): void {
    const { at, by, state, step, outputs, source } = event;
    this.#whole = { ...this.#whole, file: source?.file ?? this.#whole.file, backout: null };
    const before = state === 'started' ? {} : (this.#steps.get(step)?.outputs ?? {});
    const progress = progressOf[state];
    this.#set(step, { progress, outputs: { ...before, ...outputs } }, { at, by, state, run: null }, source);
  }

  #carriedOut(
    { by, run, source, params }: Extract<LedgerEvent, { readonly type: 'ledger.run' }>,
    steps: ReadonlyMap<string, RunStep>,
  ): void {
    this.#whole = { params, file: source.file, run, backout: null };
    for (const [id, { progress, outputs, at }] of steps) {
      if (progress === 'not-begun' || !Object.hasOwn(source.steps, id)) continue;
      this.#set(id, { progress, outputs }, { at, by, state: stateOf[progress], run }, source);
    }
  }

  /** Settled is what each of its undo steps has done or was left out of; where one failed, it counts as it did before. */
  #takenBack(
    { by, run, undo, leaves, at: began }: Extract<LedgerEvent, { readonly type: 'ledger.backout' }>,
    steps: ReadonlyMap<string, RunStep>,
  ): void {
    this.#whole = { ...this.#whole, backout: run };
    for (const [id, ids] of Object.entries(undo)) {
      const over = ids.flatMap((each) => steps.get(each) ?? []);
      const isOver =
        over.length === ids.length && over.every(({ progress, leftOut }) => progress === 'done' || leftOut);
      if (!isOver || steps.size === 0) continue;
      const isLeft = leaves.includes(id) || (over.length > 0 && over.every(({ leftOut }) => leftOut));
      const at = Math.max(began, ...over.map((each) => each.at));
      const word: Word = { at, by, state: isLeft ? 'left' : 'taken-back', run };
      this.#set(id, { progress: 'not-begun', outputs: {} }, word, null);
    }
  }

  #set(id: string, now: Pick<LedgerStep, 'progress' | 'outputs'>, word: Word, source: ChangeFile | null): void {
    const before = this.#steps.get(id) ?? nothing;
    const definition = source?.steps[id] ?? before.definition;
    const settled = word.state === 'taken-back' || word.state === 'left' ? word.state : null;
    this.#steps.set(id, { ...now, settled, words: [...before.words, word], definition });
  }
}

/** The same was said last, by the same person: there is nothing to write. */
export function isRepetition(
  events: readonly LedgerEvent[],
  said: Extract<LedgerEvent, { readonly type: 'ledger.recorded' }>,
): boolean {
  const last = events.findLast((event) => !(event.type === 'ledger.recorded' && event.step !== said.step));
  if (last?.type !== 'ledger.recorded' || last.state !== said.state) return false;
  if (last.by.login !== said.by.login || last.by.claimed !== said.by.claimed) return false;
  if (said.source !== null && last.source?.steps[said.step] !== said.source.steps[said.step]) return false;
  return Object.entries(said.outputs).every(([key, value]) => last.outputs[key] === value);
}
