/**
 * One host of a step, from "nothing is known" to its end. One call of ssh in the good case.
 *
 * Owns: following what was begun there over any number of connections (P4: the claim there decides what runs, so that
 * asking again never begins it twice), and ending it when it is to end (P6).
 * Does not own: which hosts, in what order (schedule.ts); what the answers mean for the step (judge.ts).
 */
import type { HostEnd } from '../../engine/protocol.ts';
import { redact } from '../../kernel/redaction.ts';
import { pause } from '../attempt/limit.ts';
import type { Answer, Output } from './answer.ts';
import type { HostOrder, HostsOrder } from './order.ts';
import { runProgram, stopProgram } from './program.ts';
import { type Call, call, newNonce } from './ssh.ts';
import type { StopWish } from './stop-wish.ts';
import { troubleOf } from './trouble.ts';

export interface Ended {
  readonly end: HostEnd;
  readonly out: Output;
  readonly err: Output;
}

export type Outcome = Pick<HostEnd, 'outcome' | 'reason' | 'held'> & { readonly exitCode?: number | null };

/** Tries at a host that cannot be reached at first: a full queue of a jump host passes, a closed port does not. */
const firstTries = 3;
const lastWordsBytes = 2_048;
const nothing: Output = { bytes: 0, text: '' };

export async function runOnHost(order: HostsOrder, host: HostOrder, stop: StopWish): Promise<Ended | undefined> {
  if (stop.order !== undefined) return undefined;
  const began = performance.now();
  const following = follow(order, host, stop);
  const asked = new Promise<'stop'>((resolve) => {
    stop.signal.addEventListener('abort', () => resolve('stop'), { once: true });
  });
  const first = await Promise.race([following, asked]);
  const seen = first === 'stop' ? await stopOnHost(order, host, stop, following) : first;
  const end = endOf(order, host, seen.outcome, seen.answer, performance.now() - began);
  return { end, out: seen.answer?.out ?? nothing, err: seen.answer?.err ?? nothing };
}

interface Seen {
  readonly outcome: Outcome;
  readonly answer: Answer | undefined;
}

/** Calls until the host has told the end, or cannot be reached any more. */
async function follow(order: HostsOrder, host: HostOrder, stop: StopWish): Promise<Seen> {
  let lastContact: number | undefined;
  for (let tries = 1; ; tries += 1) {
    const nonce = newNonce();
    const made = await call(order, host, runProgram(order, host, nonce), nonce);
    if (made.answer.word !== null) return { outcome: outcomeOf(made.answer), answer: made.answer };
    const trouble = troubleOf(order, host, made.said, made.exitCode);
    if (made.answer.here) lastContact = performance.now();
    const isOver =
      lastContact === undefined
        ? !trouble.passing || tries >= firstTries
        : performance.now() - lastContact > order.reconnectMs;
    if (isOver || stop.order !== undefined)
      return { outcome: lost(lastContact !== undefined, trouble.reason), answer: undefined };
    await pause(Math.min(15_000, 250 * 2 ** tries), stop.signal);
  }
}

/** A connection may have been cut before the first word came back: what was begun then is found by the next attempt. */
function lost(wasHere: boolean, reason: string): Outcome {
  if (!wasHere) return { outcome: 'unreachable', reason, held: true };
  const told = `the connection was lost, and what was begun there may still run: ${reason}`;
  return { outcome: 'unknown', reason: told, held: true };
}

export function outcomeOf({ word, detail }: Answer): Outcome {
  if (word === 'ended') {
    const exitCode = Number(detail);
    return exitCode === 0
      ? { outcome: 'succeeded', reason: null, held: false, exitCode }
      : { outcome: 'failed', reason: `exit code ${exitCode}`, held: false, exitCode };
  }
  if (word === 'refused') return { outcome: 'failed', reason: detail, held: true };
  if (word === 'withdrawn') return { outcome: 'cancelled', reason: 'it was ended before it began', held: false };
  const reason = 'it was begun there, is gone, and left no exit code (killed, or the host was started anew)';
  return { outcome: 'unknown', reason, held: false };
}

/** Ends it there, over another connection. The first one then tells the output, unless it was cut. */
async function stopOnHost(order: HostsOrder, host: HostOrder, stop: StopWish, following: Promise<Seen>): Promise<Seen> {
  const { why, graceMs, withinMs } = stop.order ?? { why: 'cancelled', graceMs: 0, withinMs: 0 };
  const limit = AbortSignal.timeout(withinMs);
  const made = await callToStop(order, host, graceMs, limit);
  const word = made?.answer.word ?? null;
  if (word === 'never')
    return { outcome: { outcome: why, reason: 'it was ended before it began', held: false }, answer: undefined };
  if (word === 'ended' || word === 'was' || word === 'gone') {
    const told = await Promise.race([following, pause(2_000, limit)]);
    if (word === 'was' && told !== undefined) return told;
    return {
      outcome: {
        outcome: why,
        reason: why === 'timed-out' ? 'it reached its timeout and was ended' : 'it was ended by a stop',
        held: false,
      },
      answer: told?.answer,
    };
  }
  return { outcome: notEnded(order, host, made), answer: undefined };
}

/** It may still run there: whoever comes next finds it under the same claim. */
export function notEnded(order: HostsOrder, host: HostOrder, made: Call | undefined): Outcome {
  const trouble = made === undefined ? '' : `: ${troubleOf(order, host, made.said, made.exitCode).reason}`;
  const reason =
    made?.answer.word === 'left'
      ? `these of its processes could not be ended: ${made.answer.detail}`
      : `it could not be reached to end it${trouble}`;
  return { outcome: 'unknown', reason, held: true };
}

/** Again and again while there is time; undefined when it is over. */
export async function callToStop(
  order: HostsOrder,
  host: HostOrder,
  graceMs: number,
  limit: AbortSignal,
): Promise<Call | undefined> {
  for (let last: Call | undefined; ; ) {
    const nonce = newNonce();
    const made = await call(order, host, stopProgram(host, nonce, graceMs), nonce, limit);
    if (made.answer.word !== null) return made;
    if (limit.aborted) return last;
    last = made;
    if (!troubleOf(order, host, made.said, made.exitCode).passing) return made;
    await pause(500, limit);
  }
}

export function endOf(
  order: HostsOrder,
  host: HostOrder,
  outcome: Outcome,
  answer: Answer | undefined,
  durationMs: number,
): HostEnd {
  const bad = outcome.outcome !== 'succeeded' && answer !== undefined;
  return {
    host: host.name,
    outcome: outcome.outcome,
    exitCode: outcome.exitCode ?? null,
    reason: outcome.reason === null ? null : redact(outcome.reason, order.redact),
    lastWords: bad ? lastWordsOf(order, answer) : null,
    durationMs: Math.round(durationMs),
    held: outcome.held,
  };
}

function lastWordsOf(order: HostsOrder, { out, err }: Answer): string | null {
  const text = shownOf(order, err.bytes > 0 ? err : out).text.trim();
  return text === '' ? null : text.slice(-lastWordsBytes);
}

/**
 * Output as it may be kept (P9). Where its beginning was cut off, a secret may have been cut in two: so much is left out
 * as the longest form is long.
 */
export function shownOf(
  order: Pick<HostsOrder, 'redact' | 'keepBytes'>,
  output: Output,
): { readonly text: string; readonly left: number } {
  const text = redact(output.text, order.redact);
  const left = Math.max(0, output.bytes - order.keepBytes);
  if (left === 0) return { text, left };
  const longest = Math.max(0, ...order.redact.map((form) => form.length));
  const rest = text.slice(longest);
  return { text: rest.slice(rest.indexOf('\n') + 1), left };
}
