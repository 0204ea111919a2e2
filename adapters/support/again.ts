/**
 * Network retries inside an adapter. p-retry is loaded with the first failure only. Bounded by the step's signal;
 * honours what a server says with Retry-After, and leaves longer waits to the step's own `retry`.
 */
import { err, type Result } from '../../src/kernel/result.ts';

export interface Stumble {
  readonly reason: string;
  /** Doing it again may help and can do no harm. */
  readonly again: boolean;
  /** Ms that the server asked to wait; null: it said nothing. */
  readonly retryAfterMs: number | null;
}

const longestWaitMs = 60_000;
const tries = { retries: 3, minTimeout: 250, factor: 2, maxTimeout: 5_000, randomize: true };

export async function withRetries<T, E extends Stumble>(
  signal: AbortSignal,
  attempt: () => Promise<Result<T, E>>,
): Promise<Result<T, E>> {
  const first = await attempt();
  if (first.ok || !worthAnother(first.error, signal)) return first;
  const { default: pRetry } = await import('p-retry');
  let last: Result<T, E> = first;
  const again = async (): Promise<Result<T, E>> => {
    last = await attempt();
    if (!last.ok && worthAnother(last.error, signal)) throw new Error(last.error.reason);
    return last;
  };
  try {
    await pause(Math.max(first.error.retryAfterMs ?? 0, tries.minTimeout), signal);
    const onFailedAttempt = () => pause(last.ok ? 0 : (last.error.retryAfterMs ?? 0), signal);
    return await pRetry(again, { ...tries, retries: tries.retries - 1, signal, onFailedAttempt });
  } catch {
    return last.ok || !signal.aborted ? last : err({ ...last.error, again: false });
  }
}

function worthAnother(stumble: Stumble, signal: AbortSignal): boolean {
  return stumble.again && !signal.aborted && (stumble.retryAfterMs ?? 0) <= longestWaitMs;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return;
  const { setTimeout } = await import('node:timers/promises');
  await setTimeout(ms, undefined, { signal });
}

/** Retry-After as seconds or as an HTTP date; null where it is neither. */
export function retryAfterMs(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
