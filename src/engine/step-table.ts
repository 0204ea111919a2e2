/**
 * Every step's state by its id, in the plan's order. An event that changes a step works on a copy of the table: a
 * copy of an object with 1,000 members costs 500 µs, of an array 1 µs.
 */
import type { StepState } from './step-state.ts';

/** A table that nobody writes to any more. */
export type StepStates = Pick<StepTable, 'get' | 'entries' | 'where' | 'values' | 'copy' | 'isFreshFrom'>;

type Entry = readonly [id: string, state: StepState];

/** Which steps there are, and where each stands; shared by all copies. */
interface Directory {
  readonly ids: readonly string[];
  readonly slots: ReadonlyMap<string, number>;
}

export class StepTable {
  private readonly directory: Directory;
  private readonly states: StepState[];
  /** Slots from here on hold what they held at the beginning. */
  private fresh: number;

  private constructor(directory: Directory, states: StepState[], fresh: number) {
    this.directory = directory;
    this.states = states;
    this.fresh = fresh;
  }

  static of(states: Iterable<Entry>): StepTable {
    const slots = new Map<string, number>();
    const all = [...states];
    for (const [slot, [id]] of all.entries()) slots.set(id, slot);
    const directory = { ids: all.map(([id]) => id), slots };
    return new StepTable(
      directory,
      all.map(([, state]) => state),
      0,
    );
  }

  get(id: string): StepState | undefined {
    const slot = this.directory.slots.get(id);
    return slot === undefined ? undefined : this.states[slot];
  }

  *entries(): Generator<Entry> {
    for (const [id, slot] of this.directory.slots) {
      const state = this.states[slot];
      if (state !== undefined) yield [id, state];
    }
  }

  /** Those that are as wanted: in a large table mostly few, and found without an entry for each of the others. */
  where(wanted: (state: StepState) => boolean): readonly Entry[] {
    const found: Entry[] = [];
    for (let slot = 0; slot < this.states.length; slot += 1) {
      const [id, state] = [this.directory.ids[slot], this.states[slot]];
      if (id !== undefined && state !== undefined && wanted(state)) found.push([id, state]);
    }
    return found;
  }

  values(): readonly StepState[] {
    return this.states;
  }

  /** Nothing has happened yet to the step, nor to any that stands after it in the plan. False: it may have. */
  isFreshFrom(id: string): boolean {
    const slot = this.directory.slots.get(id);
    return slot !== undefined && slot >= this.fresh;
  }

  /** A table of its own to work on. */
  copy(): StepTable {
    return new StepTable(this.directory, this.states.slice(), this.fresh);
  }

  /** Only for who made the copy, until it is shown to anybody else. */
  put(id: string, state: StepState): void {
    const slot = this.directory.slots.get(id);
    if (slot === undefined) return;
    this.states[slot] = state;
    this.fresh = Math.max(this.fresh, slot + 1);
  }
}
