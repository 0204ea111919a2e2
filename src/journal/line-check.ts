/**
 * Does a line hold the entry that is due after `previous`? Answered on the bytes: everything behind the event has a
 * fixed form and a known length, so the line is cut by counting from its end, and nothing is parsed. `explain` says,
 * slowly, why a line was refused.
 */
import { canonicalJson } from '../kernel/canonical-json.ts';
import { nodeCrypto } from '../kernel/sha256.ts';
import { isCanonicalJson } from './canonical-scan.ts';
import { type Link, origin } from './chain.ts';
import { decodeEntry, versionOf } from './codec.ts';
import { journalFormat } from './entry.ts';

export interface CheckedLine {
  readonly hash: string;
  readonly signature: string | null;
}

const opening = '{"event":';
const hashKey = ',"hash":"';
const hashLength = 64;
const closing = new RegExp(
  `^(?:"sig":"([A-Za-z0-9+/]{86}==)",)?("time":"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z","v":${journalFormat}\\})$`,
);
const closingLength = '"time":"2026-11-21T08:00:00.000Z","v":1}'.length;
const signatureLength = '"sig":"'.length + 88 + '",'.length;

/** Remembers the text of the line that it checked last, so that nobody has to keep lines. */
export class LineChecker {
  #scratch = Buffer.allocUnsafe(8_192);
  #length = 0;

  /** `line`: without its newline. */
  check(line: Buffer, previous: Link): CheckedLine | null {
    const place = `","prev":"${previous.hash}","seq":${previous.seq + 1},`;
    const unsigned = hashKey.length + hashLength + place.length + closingLength;
    return this.#cut(line, unsigned, place) ?? this.#cut(line, unsigned + signatureLength, place);
  }

  /** The line that was checked last, without `hash` and `sig`; empty before the first, of no meaning after a refusal. */
  hashedText(): string {
    return this.#scratch.toString('utf8', 0, this.#length);
  }

  #cut(line: Buffer, tailLength: number, place: string): CheckedLine | null {
    this.#length = 0;
    const eventEnd = line.length - tailLength;
    if (eventEnd <= opening.length || line[eventEnd + 2] !== 0x68) return null;
    const tail = line.toString('latin1', eventEnd);
    if (!tail.startsWith(hashKey) || !tail.startsWith(place, hashKey.length + hashLength)) return null;
    const end = closing.exec(tail.slice(hashKey.length + hashLength + place.length));
    if (end === null) return null;
    const hash = tail.slice(hashKey.length, hashKey.length + hashLength);
    if (this.#hashWithout(line, eventEnd, `${place.slice(1)}${end[2] ?? ''}`) !== hash) return null;
    if (line[opening.length] !== 0x7b || line.toString('latin1', 0, opening.length) !== opening) return null;
    if (!isCanonicalJson(line, opening.length, eventEnd)) return null;
    return { hash, signature: end[1] ?? null };
  }

  /** SHA-256 of the line as it was before `hash` and `sig` were put in. */
  #hashWithout(line: Buffer, eventEnd: number, rest: string): string {
    const length = eventEnd + rest.length;
    if (this.#scratch.length < length) this.#scratch = Buffer.allocUnsafe(length * 2);
    line.copy(this.#scratch, 0, 0, eventEnd);
    this.#scratch.write(rest, eventEnd, 'latin1');
    this.#length = length;
    return nodeCrypto().hash('sha256', this.#scratch.subarray(0, length));
  }
}

export type DamageKind =
  | 'blank'
  | 'not-json'
  | 'version'
  | 'shape'
  | 'sequence'
  | 'link'
  | 'content'
  | 'not-canonical'
  | 'unsigned'
  | 'signature'
  | 'unfinished'
  | 'head';

export interface Damage {
  readonly kind: DamageKind;
  /** One clause, to stand after "line N: ". */
  readonly reason: string;
}

/** Why a checker refused the line. */
export function explain(line: Buffer, previous: Link): Damage {
  const text = line.toString('utf8');
  if (text.trim() === '') return { kind: 'blank', reason: 'the line is blank' };
  const value = parse(text);
  if (value === undefined) return { kind: 'not-json', reason: 'the line is not JSON' };
  const version = versionOf(value);
  if (typeof version === 'number' && version !== journalFormat) return otherVersion(version);
  const entry = decodeEntry(text);
  if (entry === undefined) return { kind: 'shape', reason: 'the line has not the members of a journal entry' };
  const due = previous.seq + 1;
  if (entry.seq !== due) {
    return { kind: 'sequence', reason: `entry ${entry.seq} stands where entry ${due} is due: removed, added or moved` };
  }
  if (entry.prev !== previous.hash) return wrongLink(entry.prev, previous);
  const { hash, sig: _sig, ...hashed } = entry;
  if (nodeCrypto().hash('sha256', canonicalJson(hashed)) !== hash) {
    return { kind: 'content', reason: 'the entry was edited: its content does not give its hash' };
  }
  return { kind: 'not-canonical', reason: 'the entry is not in canonical form: its text was edited' };
}

function otherVersion(version: number): Damage {
  const reason = `the entry has format version ${version}; this program reads version ${journalFormat}`;
  return { kind: 'version', reason };
}

function wrongLink(prev: string, previous: Link): Damage {
  const before = previous.seq === origin.seq ? 'nothing stands before it' : `that one's hash is ${previous.hash}`;
  return { kind: 'link', reason: `the entry does not follow the one before: it names ${prev}, but ${before}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
