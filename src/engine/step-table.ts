/**
 * Every step's state by its id, in the plan's order. An event that changes a step works on a copy of the table: a
 * copy of an object with 1,000 members costs 500 µs, of an array 1 µs.
 */
import type { StepState } from './step-state.ts';

/** A table that nobody writes to any more. */
export type StepStates = Pick<StepTable, 'get' | 'entries' | 'values' | 'copy'>;

export class StepTable {
  private readonly slots: ReadonlyMap<string, number>;
  private readonly states: StepState[];

  private constructor(slots: ReadonlyMap<string, number>, states: StepState[]) {
    this.slots = slots;
    this.states = states;
  }

  static of(states: Iterable<readonly [id: string, state: StepState]>): StepTable {
    const all = [...states];
    return new StepTable(
      new Map(all.map(([id], slot) => [id, slot])),
      all.map(([, state]) => state),
    );
  }

  get(id: string): StepState | undefined {
    const slot = this.slots.get(id);
    return slot === undefined ? undefined : this.states[slot];
  }

  *entries(): Generator<readonly [id: string, state: StepState]> {
    for (const [id, slot] of this.slots) {
      const state = this.states[slot];
      if (state !== undefined) yield [id, state];
    }
  }

  values(): readonly StepState[] {
    return this.states;
  }

  /** A table of its own to work on. */
  copy(): StepTable {
    return new StepTable(this.slots, this.states.slice());
  }

  /** Only for who made the copy, until it is shown to anybody else. */
  put(id: string, state: StepState): void {
    const slot = this.slots.get(id);
    if (slot !== undefined) this.states[slot] = state;
  }
}
