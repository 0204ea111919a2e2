/** What a told scenario leaves behind: what the laws look at. */
import type { EngineState } from '../../src/engine/decide.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Scenario } from './scenario.ts';

/** A promise broken while the scenario was told: the promise's number or a word, and what happened. */
export interface Breach {
  readonly law: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'refusal' | 'truth' | 'end' | 'fault';
  readonly text: string;
}

export interface Trace {
  readonly scenario: Scenario;
  readonly entries: readonly Entry[];
  /** The journal's text as each engine found it. */
  readonly parts: readonly string[];
  /** And in the end. */
  readonly text: string;
  /** Replayed from the text. */
  readonly state: EngineState;
  readonly engines: number;
  /** Nothing more would have happened: it has ended, or waits for a person or for what never ends. */
  readonly restless: boolean;
  readonly breaches: readonly Breach[];
}
