/** How attempts end, in the journal's words. */

import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { nothingSeen } from '../../engine/nothing-seen.ts';
import type { AttemptEnd, Spooled } from '../../engine/protocol.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { redact } from '../../kernel/redaction.ts';
import { nodeCrypto, sha256 } from '../../kernel/sha256.ts';
import type { ProcessEnd, SpoolCount } from '../../ports/step-process.ts';

const lastWordsBytes = 2_048;
const chunkBytes = 64 * 1024;

/** What the journal keeps of a process that has ended: code, digests of its output, its last words. */
export function endOfProcess(
  folder: string,
  end: Extract<ProcessEnd, { readonly kind: 'ended' }>,
  late: boolean,
): AttemptEnd {
  const durationMs = Math.max(0, end.endedAt - end.startedAt);
  const ended = end.signal === null ? `exit code ${end.exitCode}` : `ended by ${end.signal}`;
  const bad = end.exitCode !== 0;
  return {
    exitCode: end.exitCode,
    signal: end.signal,
    reason: bad ? `${ended} after ${formatDuration(durationMs)}` : null,
    lastWords: bad
      ? (lastWordsOf(`${folder}/stderr`, end.stderr) ?? lastWordsOf(`${folder}/stdout`, end.stdout))
      : null,
    outputs: {},
    stdout: spooled(`${folder}/stdout`, end.stdout),
    stderr: spooled(`${folder}/stderr`, end.stderr),
    durationMs,
    late,
  };
}

function spooled(path: string, count: SpoolCount): Spooled | null {
  if (count.bytes === 0) return null;
  return { bytes: count.bytes, cut: count.cut, sha256: digestOf(path) };
}

function digestOf(path: string): string {
  const { size } = statSync(path);
  if (size <= chunkBytes) return sha256(readFileSync(path));
  const hash = nodeCrypto().createHash('sha256');
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** The end of a spooled output as text; null where there is none. */
function lastWordsOf(path: string, count: SpoolCount): string | null {
  if (count.bytes === 0) return null;
  const text = tailOf(path, lastWordsBytes).trim();
  return text === '' ? null : text;
}

export function tailOf(path: string, bytes: number): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const wanted = Math.min(size, bytes);
    const chunk = Buffer.alloc(wanted);
    readSync(file, chunk, 0, wanted, size - wanted);
    return chunk.toString('utf8');
  } finally {
    closeSync(file);
  }
}

/** An end that carries only words, redacted. */
export function worded(reason: string, forms: readonly string[], more: Partial<AttemptEnd> = {}): AttemptEnd {
  return { ...nothingSeen, ...more, reason: redact(reason, forms) };
}
