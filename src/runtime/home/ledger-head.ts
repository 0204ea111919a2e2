/**
 * The head of a ledger, and of the decisions about a window: which entry was written last, kept in a file of its own beside it, so that a ledger whose end
 * was cut is told from one that a crash left with half a line. Who cuts the ledger and sets back the head as well is
 * not seen here: only a head that was noted elsewhere shows that.
 *
 * It is written after its entry is durable and replaced as a whole, so it is never ahead of the ledger; a reader that
 * does not hold the lock reads it first.
 */
import { type Link, origin } from '../../journal/chain.ts';
import { readIfThere, writeWhole } from './durable-file.ts';

/** Undefined: there is none, as beside a ledger of a release before it. Throws a SyntaxError where it is no head. */
export function readHead(path: string): Link | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const [, seq, hash] = /^(\d{1,15}) ([0-9a-f]{64})\n$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new SyntaxError(`${path} holds no head`);
  return { seq: Number(seq), hash };
}

export function writeHead(path: string, { seq, hash }: Link, mode: number): void {
  writeWhole(path, `${seq} ${hash}\n`, mode);
}

/** What is wrong with a ledger that ends at `last`; `at`: the entry that stands where the head says. Undefined: nothing. */
export function headFault(head: Link, last: Link, at: Link = origin): string | undefined {
  if (last.seq < head.seq) {
    const left = last.seq === 0 ? 'nothing is left' : `${last.seq} ${last.seq === 1 ? 'is' : 'are'} left`;
    return `its end was cut off: ${head.seq} ${head.seq === 1 ? 'entry was' : 'entries were'} written, ${left}`;
  }
  return at.hash === head.hash ? undefined : 'it is not the entry that was written here: the ledger was replaced';
}
