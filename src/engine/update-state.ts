/** What has become of the regular updates of one audience, or of the word to the speaker that one was missed. */
import type { Plan } from '../plan/plan.ts';

export interface UpdateState {
  /** When the next one is due (ms since the epoch); null where none is to come. */
  readonly due: number | null;
  /** One is on its way: its channel, or the fallback, is being tried. */
  readonly sending: boolean;
  /** While one is on its way: when the next would be due, and counts as missed if this one still is. */
  readonly overdueAt: number | null;
  readonly sent: number;
  readonly lastSent: number | null;
  /** How many of `sent` went by the fallback. */
  readonly byFallback: number;
  readonly missed: number;
  /** Missed since the last one that was sent. */
  readonly missedInARow: number;
  /** Of the last that was missed, or went by the fallback: when and why. */
  readonly trouble: { readonly at: number; readonly reason: string } | null;
  /** Of the word to the speaker: asked for once more while one is on its way. */
  readonly again: boolean;
}

export type UpdateStates = ReadonlyMap<string, UpdateState>;

export const idle: UpdateState = {
  due: null,
  sending: false,
  overdueAt: null,
  sent: 0,
  lastSent: null,
  byFallback: 0,
  missed: 0,
  missedInARow: 0,
  trouble: null,
  again: false,
};

const none: UpdateStates = new Map();

export function idleUpdates({ updates }: Plan): UpdateStates {
  return updates === undefined ? none : new Map(updates.steps.map(({ id }) => [id, idle]));
}
