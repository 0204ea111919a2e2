/** Waits for what the world does not announce: looked at again and again, until it is there, late or cancelled. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitLimit {
  readonly withinMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Looks at once, then again and again; the last look is at the limit. Undefined: it did not come in time. */
export async function waitFor<T>(look: () => Promise<T | undefined>, limit: WaitLimit): Promise<T | undefined> {
  const deadline = performance.now() + limit.withinMs;
  for (;;) {
    const found = await look();
    const left = deadline - performance.now();
    if (found !== undefined || left <= 0 || limit.signal.aborted) return found;
    await sleep(Math.min(limit.everyMs, left), undefined, { signal: limit.signal }).catch(() => undefined);
  }
}
