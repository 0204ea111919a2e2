import type { Retry } from '../plan/plan.ts';

/**
 * Milliseconds to wait before the next try: `delay × factor^(tries − 1)`, at most `maxDelay`. With jitter between half
 * and the whole of it, chosen by `seed` and not by chance, so that a replay waits as long (P5).
 */
export function retryDelay(retry: Retry, tries: number, seed: string): number {
  const full = Math.min(retry.delayMs * retry.factor ** (tries - 1), retry.maxDelayMs);
  return Math.round(retry.jitter ? full * (0.5 + 0.5 * fraction(seed)) : full);
}

/** FNV-1a of the text, its bits mixed (neighbouring attempts are to lie far apart), as a number in [0, 1). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) / 2 ** 32;
}
