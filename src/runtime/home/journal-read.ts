/** A journal from its file: every entry, verified. Reads only; the file may be growing meanwhile. */
import { readFileSync } from 'node:fs';
import { createVerifier, type Verdict } from '../../journal/audit.ts';
import { decodeEntry } from '../../journal/codec.ts';
import type { Entry } from '../../journal/entry.ts';
import { Fault } from '../../kernel/fault.ts';
import { errorCode } from './file-system.ts';

export interface ReadJournal {
  readonly entries: readonly Entry[];
  /** Where the last whole entry ends; what follows is a torn line. */
  readonly length: number;
  readonly tornBytes: number;
  /** The last entry's hash; null in an empty journal. */
  readonly head: string | null;
}

const newline = 0x0a;

/** Throws a Fault: `journal-damaged` where the chain is broken, `usage` where there is no such file. */
export function readJournal(path: string): ReadJournal {
  const bytes = readBytes(path);
  const verifier = createVerifier();
  const entries: Entry[] = [];
  let start = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
    if (!verifier.push(bytes.subarray(start, end))) break;
    const entry = decodeEntry(bytes.toString('utf8', start, end));
    if (entry === undefined) throw damage(path, entries.length + 1, 'the event is not one of this format version');
    entries.push(entry);
    start = end + 1;
  }
  const verdict = verifier.finish(bytes.subarray(start));
  if (verdict.verdict === 'damaged') throw damaged(path, verdict);
  return { entries, length: start, tornBytes: verdict.tornBytes, head: verdict.head };
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = errorCode(error);
    const message = code === 'ENOENT' ? `There is no journal ${path}` : `The journal ${path} cannot be read (${code})`;
    throw new Fault(code === 'ENOENT' ? 'usage' : 'home-unusable', message, undefined, { cause: error });
  }
}

function damaged(path: string, verdict: Verdict): Fault {
  return damage(path, verdict.line ?? verdict.entries, verdict.reason ?? 'unknown damage');
}

function damage(path: string, line: number, reason: string): Fault {
  const remedy = `Keep the file as it is. To see how far it is intact: backout audit verify ${path}`;
  return new Fault('journal-damaged', `The journal ${path} is damaged at line ${line}: ${reason}`, remedy);
}
