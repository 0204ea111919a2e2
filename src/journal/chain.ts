/**
 * The chain: an event gets its place, the hash of the entry before and its own hash (P8).
 * Owns: how an entry is hashed and written as a line. Does not own: files, time, keys.
 *
 * In canonical form the members of an entry stand as `event, hash, prev, seq, (sig,) time, v`. The hashed text is the
 * same without `hash` and `sig`, so the event is made canonical once and both texts are joined around it.
 */
import type { RunEvent } from '../engine/protocol.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256 } from '../kernel/sha256.ts';
import { type Entry, genesis, journalFormat } from './entry.ts';

/** The end of a chain: what the next entry links to. */
export interface Link {
  readonly seq: number;
  readonly hash: string;
}

export const origin: Link = { seq: 0, hash: genesis };

/** Signs the 32 bytes of an entry's hash; base64. */
export type Sign = (hash: Uint8Array) => string;

export interface Sealed<Event = RunEvent> {
  readonly entry: Entry<Event>;
  /** The entry as it stands in the journal, newline included. */
  readonly line: string;
}

/** Puts the event into the chain after `previous`. */
export function seal<Event extends { readonly at: number } = RunEvent>(
  event: Event,
  previous: Link,
  sign?: Sign,
): Sealed<Event> {
  const seq = previous.seq + 1;
  const prev = previous.hash;
  const time = new Date(event.at).toISOString();
  const head = `{"event":${canonicalJson(event)}`;
  const place = `,"prev":"${prev}","seq":${seq},`;
  const close = `"time":"${time}","v":${journalFormat}}`;
  const hash = sha256(head + place + close);
  const unsigned: Entry<Event> = { v: journalFormat, seq, time, event, prev, hash };
  if (sign === undefined) return { entry: unsigned, line: `${head},"hash":"${hash}"${place}${close}\n` };
  const sig = sign(Buffer.from(hash, 'hex'));
  return { entry: { ...unsigned, sig }, line: `${head},"hash":"${hash}"${place}"sig":"${sig}",${close}\n` };
}

/** Seals events one after the other, as they stand in one group commit. */
export function sealAll(events: readonly RunEvent[], previous: Link, sign?: Sign): readonly Sealed[] {
  let link = previous;
  return events.map((event) => {
    const sealed = seal(event, link, sign);
    link = sealed.entry;
    return sealed;
  });
}

/** The line of an entry that is already in the chain, newline included. */
export function encodeLine(entry: Entry): string {
  return `${canonicalJson(entry)}\n`;
}
