/** What a person decided about a change as its window ran out; chained like a journal, so that an edit shows. */
import type { Person } from '../engine/protocol.ts';

export const windowChoices = ['back-out', 'go-on', 'extend'] as const;
export type WindowChoice = (typeof windowChoices)[number];

export interface WindowDecision {
  readonly type: 'window.decided';
  /** Ms since the epoch; never smaller than in the entry before. */
  readonly at: number;
  readonly change: string;
  readonly by: Person;
  readonly choice: WindowChoice;
  readonly reason: string;
  /** The window's end as it was planned (ms since the epoch). */
  readonly planned: number;
  /** Of `extend`: the new end. */
  readonly until: number | null;
}
