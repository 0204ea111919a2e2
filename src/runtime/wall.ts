import type { Wall } from '../ports/effects.ts';

/**
 * The run's clock: the system's time when the engine came, never before `notBefore` (the journal's last entry), and
 * from there on what a monotonic clock says. A system clock that is set back makes no entry older than the one before.
 */
export function createWall(notBefore: number): Wall {
  const start = Math.max(Date.now(), notBefore);
  const origin = process.hrtime.bigint();
  return { now: () => start + Number((process.hrtime.bigint() - origin) / 1_000_000n) };
}
