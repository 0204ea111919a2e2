/**
 * Run ids: ULIDs, 26 characters of Crockford's base 32, 48 bits of milliseconds and 80 random bits. They sort by the
 * time at which the run began, also when the clock was set back in between.
 */
import { Fault } from './fault.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeLength = 10;
const idLength = 26;
const pattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const latestMs = 2 ** 48 - 1;

export function isRunId(text: string): boolean {
  return pattern.test(text);
}

/** A ULID from milliseconds since the epoch and 10 random bytes. */
export function runId(ms: number, random: Uint8Array): string {
  if (!Number.isInteger(ms) || ms < 0 || ms > latestMs) throw new Fault('internal', `no run id for the time ${ms}`);
  if (random.length !== 10) throw new Fault('internal', `a run id takes 10 random bytes, not ${random.length}`);
  return digits(BigInt(ms), timeLength) + digits(bigIntOf(random), idLength - timeLength);
}

/** An id for a run that begins now: it sorts after `latest` even when the clock says that now is earlier. */
export function nextRunId(nowMs: number, random: Uint8Array, latest: string | undefined): string {
  const fresh = runId(nowMs, random);
  return latest === undefined || fresh > latest ? fresh : successor(latest);
}

/** The instant that an id carries, ms since the epoch. */
export function runIdTime(id: string): number {
  let ms = 0;
  for (const digit of id.slice(0, timeLength)) ms = ms * 32 + alphabet.indexOf(digit);
  return ms;
}

function successor(id: string): string {
  let value = 0n;
  for (const digit of id) value = value * 32n + BigInt(alphabet.indexOf(digit));
  const next = digits(value + 1n, idLength);
  if (!isRunId(next)) throw new Fault('internal', `no run id sorts after ${id}`);
  return next;
}

function bigIntOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return value;
}

function digits(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 32n) text = alphabet.charAt(Number(rest % 32n)) + text;
  return text;
}
