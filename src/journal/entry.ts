/** One line of a journal, or of another record that is chained like it: an event in its place in the chain. */
import type { RunEvent } from '../engine/protocol.ts';

export const journalFormat = 1;
/** What the first entry names as its predecessor. */
export const genesis = '0'.repeat(64);

export interface Entry<Event = RunEvent> {
  /** Journal format version. */
  readonly v: typeof journalFormat;
  /** 1 for the first entry. */
  readonly seq: number;
  /** RFC 3339 UTC with milliseconds: `event.at` for people. */
  readonly time: string;
  readonly event: Event;
  /** `hash` of the entry before, `genesis` for the first. */
  readonly prev: string;
  /** SHA-256 of the canonical JSON of this entry without `hash` and `sig`. */
  readonly hash: string;
  /** Base64 ed25519 signature over the 32 bytes of `hash`; present when a key is configured. */
  readonly sig?: string;
}
