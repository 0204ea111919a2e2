/** What the driver needs of the world. Everything answers by events given to `Driver.hear`. */
import type { Command, RunEvent } from '../engine/protocol.ts';
import type { Context } from '../engine/state.ts';
import type { Entry } from '../journal/entry.ts';

/** An event before the driver has dated it. */
export type Undated<E = RunEvent> = E extends RunEvent ? Omit<E, 'at'> : never;

export type EffectCommand = Exclude<Command, { readonly do: 'prepare' | 'close' | 'leave' }>;

export interface Effects {
  /**
   * Fills in an attempt's values. Synchronous and without any effect on the world: the intent that it answers is
   * appended in the same write as what caused it.
   */
  prepare(command: Extract<Command, { readonly do: 'prepare' }>, context: Context, now: number): Undated;
  /** Performs what was decided, after it is on disk. */
  perform(command: EffectCommand, context: Context): void;
}

/** Told after each durable batch: screens, logs, decisions that wait for an answer. Must not throw. */
export interface Observer {
  recorded(entries: readonly Entry[], context: Context): void;
}

export interface Wall {
  /** Ms since the epoch; never goes back, whatever the system's clock does. */
  now(): number;
}
