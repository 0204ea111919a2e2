/** How decisions reach an engine that runs, from another process (DESIGN: the life of a run). */
import type { Decision } from '../engine/protocol.ts';

/** What the engine says to a decision. */
export interface Answer {
  readonly accepted: boolean;
  /** One line that stands alone. */
  readonly message: string;
  /** The journal entry that holds the decision; null where it was not accepted. */
  readonly seq: number | null;
}

/** Hears the decisions one after the other, in the order of posting; `by` is already what was measured. */
export type HearDecision = (decision: Decision) => Promise<Answer>;

export interface Inbox {
  /** Resolves when the decision being heard is answered; those that were not heard stay unanswered. */
  close(): Promise<void>;
}
