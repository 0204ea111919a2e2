/** How a step's process ended, as its supervisor wrote it: the status file and the launcher's answer hold the same. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { ProcessEnd } from '../../ports/step-process.ts';
import { parseJson } from './parse-json.ts';

const count = z.object({ bytes: z.number(), cut: z.number() });
const statusSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ended'),
    exitCode: z.nullable(z.number()),
    /** The signal's number, 0 for none. */
    signal: z.number(),
    startedAt: z.number(),
    endedAt: z.number(),
    stdout: count,
    stderr: count,
  }),
  z.object({ kind: z.literal('not-started'), reason: z.string() }),
]);

/** Undefined where it is not a whole status: an empty or cut file counts as absent. */
export function parseStatus(text: string): ProcessEnd | undefined {
  const parsed = statusSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const status = parsed.data;
  return status.kind === 'ended' ? { ...status, signal: signalName(status.signal) } : status;
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
