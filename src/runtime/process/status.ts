/** How a step's process ended, as its supervisor wrote it: the status file and the launcher's answer hold the same. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { ProcessEnd, SpoolCount } from '../../ports/step-process.ts';
import { asFields, type Fields, isNumber, isText, parseJson } from './parse-json.ts';

/** Undefined where it is not a whole status: an empty or cut file counts as absent. */
export function parseStatus(text: string): ProcessEnd | undefined {
  const fields = asFields(parseJson(text));
  if (fields.kind === 'ended') return parseEnded(fields);
  return fields.kind === 'not-started' && isText(fields.reason)
    ? { kind: 'not-started', reason: fields.reason }
    : undefined;
}

/** `signal` is the signal's number, 0 for none. */
function parseEnded({ exitCode, signal, startedAt, endedAt, stdout, stderr }: Fields): ProcessEnd | undefined {
  const [out, error] = [parseCount(stdout), parseCount(stderr)];
  if (out === undefined || error === undefined) return undefined;
  if (!isNumber(signal) || !isNumber(startedAt) || !isNumber(endedAt)) return undefined;
  if (exitCode !== null && !isNumber(exitCode)) return undefined;
  return { kind: 'ended', exitCode, signal: signalName(signal), startedAt, endedAt, stdout: out, stderr: error };
}

function parseCount(value: unknown): SpoolCount | undefined {
  const { bytes, cut } = asFields(value);
  return isNumber(bytes) && isNumber(cut) ? { bytes, cut } : undefined;
}

export function readStatus(dir: string): ProcessEnd | undefined {
  try {
    return parseStatus(readFileSync(join(dir, 'status'), 'utf8'));
  } catch {
    return undefined;
  }
}

function signalName(number: number): string | null {
  if (number === 0) return null;
  // SIGABRT is SIGIOT and SIGIO is SIGPOLL: the first name is the usual one.
  const known = Object.entries(constants.signals).find(([, value]) => value === number);
  return known?.[0] ?? `SIG${number}`;
}
