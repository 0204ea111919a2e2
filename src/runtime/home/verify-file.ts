/** Verifies a journal's file of any size in constant memory (P8). */
import { closeSync, openSync, readSync } from 'node:fs';
import { createVerifier, type Verdict, type Verifier, type VerifierOptions } from '../../journal/audit.ts';
import { Fault } from '../../kernel/fault.ts';
import { errorCode } from './file-system.ts';

const chunkBytes = 1 << 20;
/** No entry is near it: a program's last words and the values in an entry are capped far below. */
const longestLine = 64 << 20;
const newline = 0x0a;

/** Throws a Fault (`usage`) where the file cannot be read, or the head or key asked for is none. */
export function verifyFile(path: string, options: VerifierOptions = {}): Verdict {
  const verifier = createVerifier(options);
  const fd = reading(path, () => openSync(path, 'r'));
  try {
    return reading(path, () => feed(fd, verifier));
  } finally {
    closeSync(fd);
  }
}

function feed(fd: number, verifier: Verifier): Verdict {
  let buffer: Buffer = Buffer.allocUnsafe(chunkBytes);
  let kept = 0;
  for (;;) {
    if (kept === buffer.length) buffer = grown(buffer);
    const read = readSync(fd, buffer, kept, buffer.length - kept, null);
    const filled = kept + read;
    if (read === 0) return verifier.finish(buffer.subarray(0, filled));
    const start = pushLines(verifier, buffer, kept, filled);
    if (start === undefined) return verifier.finish();
    buffer.copy(buffer, 0, start, filled);
    kept = filled - start;
    if (kept > longestLine) return tooLong(verifier, buffer.subarray(0, kept));
  }
}

/** Where the first unfinished line begins; `undefined` once damage was found. */
function pushLines(verifier: Verifier, buffer: Buffer, kept: number, filled: number): number | undefined {
  let start = 0;
  let end = buffer.indexOf(newline, kept);
  while (end >= 0 && end < filled) {
    if (!verifier.push(buffer.subarray(start, end))) return undefined;
    start = end + 1;
    end = buffer.indexOf(newline, start);
  }
  return start;
}

function tooLong(verifier: Verifier, line: Buffer): Verdict {
  verifier.push(line);
  return verifier.finish();
}

function grown(buffer: Buffer): Buffer {
  return Buffer.concat([buffer], buffer.length * 2);
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('usage', `The journal ${path} cannot be read (${errorCode(error)})`, undefined, { cause: error });
  }
}
