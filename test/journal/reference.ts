/**
 * The verifier once more, written to be read and not to be fast: parse, compare, make canonical, hash. The real one
 * must say the same of any bytes.
 */

import { decodeEntry } from '../../src/journal/codec.ts';
import { genesis } from '../../src/journal/entry.ts';
import { canonicalJson } from '../../src/kernel/canonical-json.ts';
import { sha256 } from '../../src/kernel/sha256.ts';

export interface Reference {
  readonly verdict: 'closed' | 'open' | 'damaged';
  readonly line: number | null;
  readonly entries: number;
}

export function referenceVerdict(journal: Buffer): Reference {
  const parts = splitLines(journal);
  const tail = parts.pop() ?? Buffer.alloc(0);
  let prev = genesis;
  let last = '';
  for (const [index, bytes] of parts.entries()) {
    const hash = intactHash(bytes, index + 1, prev);
    if (hash === undefined) return { verdict: 'damaged', line: index + 1, entries: index };
    prev = hash;
    last = bytes.toString('utf8');
  }
  const entries = parts.length;
  if (tail.length > 0 && intactHash(tail.subarray(0, -1), entries + 1, prev) !== undefined) {
    return { verdict: 'damaged', line: entries + 1, entries };
  }
  const closed = decodeEntry(last)?.event.type === 'run.ended';
  return { verdict: closed ? 'closed' : 'open', line: null, entries };
}

function intactHash(bytes: Buffer, seq: number, prev: string): string | undefined {
  const text = bytes.toString('utf8');
  const entry = decodeEntry(text);
  if (entry === undefined || entry.seq !== seq || entry.prev !== prev) return undefined;
  const { hash, sig: _sig, ...hashed } = entry;
  const intact = bytes.equals(Buffer.from(canonicalJson(entry))) && sha256(canonicalJson(hashed)) === hash;
  return intact ? hash : undefined;
}

function splitLines(journal: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = journal.indexOf(10); end >= 0; end = journal.indexOf(10, start)) {
    parts.push(journal.subarray(start, end));
    start = end + 1;
  }
  return [...parts, journal.subarray(start)];
}
