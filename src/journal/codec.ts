/** A journal's line back into an entry. Whether it is in the chain is for `audit.ts` to say. */
import type { Entry } from './entry.ts';
import { journalFormat } from './entry.ts';

/** The entry that a line holds, or `undefined` where the text has not the shape of one in this format version. */
export function decodeEntry(line: string): Entry | undefined {
  const value = parse(line);
  return isEntry(value) ? value : undefined;
}

/** The event's type in the hashed text of an entry; `undefined` where there is none. */
export function typeOfHashed(text: string): unknown {
  const value = parse(text);
  return isRecord(value) && isRecord(value.event) ? value.event.type : undefined;
}

/** The format version that a line claims; `undefined` where it claims none. */
export function versionOf(value: unknown): unknown {
  return isRecord(value) ? value.v : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const hex = /^[0-9a-f]{64}$/;
const signature = /^[A-Za-z0-9+/]{86}==$/;
const members: ReadonlySet<string> = new Set(['event', 'hash', 'prev', 'seq', 'sig', 'time', 'v']);

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value) || value.v !== journalFormat) return false;
  const { event, hash, prev, seq, sig, time } = value;
  if (!isRecord(event) || typeof event.type !== 'string' || !Number.isSafeInteger(event.at)) return false;
  if (!Number.isSafeInteger(seq) || !matches(hex, hash) || !matches(hex, prev) || !matches(instant, time)) return false;
  if (sig !== undefined && !matches(signature, sig)) return false;
  return Object.keys(value).every((key) => members.has(key));
}

const matches = (pattern: RegExp, value: unknown): boolean => typeof value === 'string' && pattern.test(value);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
