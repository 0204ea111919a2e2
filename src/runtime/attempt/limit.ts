/**
 * The limit of one attempt: its deadline, or a person's stop. Whoever carries the attempt out listens to `signal`.
 * The deadline is an absolute instant of the journal; the timer behind it is monotonic.
 */
import type { Wall } from '../../ports/effects.ts';

/** Longest delay of a Node timer; a later deadline is armed again when it fires. */
const longestDelayMs = 2 ** 31 - 1;

export type Reached = 'timed-out' | 'cancelled';

export class Limit {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private why: Reached | null = null;
  /** Ms until KILL follows TERM. */
  graceMs: number;
  /** The engine itself is to be gone soon. */
  isUrgent = false;

  constructor(deadline: number | null, graceMs: number, wall: Wall) {
    this.graceMs = graceMs;
    if (deadline !== null) this.arm(deadline, wall);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Why the attempt is to end; null while it may go on. */
  get reached(): Reached | null {
    return this.why;
  }

  cancel(graceMs: number): void {
    this.graceMs = Math.min(this.graceMs, graceMs);
    this.isUrgent = Number.isFinite(graceMs);
    this.reach('cancelled');
  }

  /** The attempt has ended. */
  lift(): void {
    clearTimeout(this.timer);
  }

  private arm(deadline: number, wall: Wall): void {
    const left = deadline - wall.now();
    if (left <= 0) return this.reach('timed-out');
    const armAgain = left > longestDelayMs;
    this.timer = setTimeout(
      () => (armAgain ? this.arm(deadline, wall) : this.reach('timed-out')),
      Math.min(left, longestDelayMs),
    );
    return undefined;
  }

  private reach(why: Reached): void {
    this.why ??= why;
    clearTimeout(this.timer);
    this.controller.abort();
  }
}

/** Resolves when `signal` aborts; `stop` forgets about it. */
export function aborted(signal: AbortSignal): { readonly promise: Promise<void>; stop(): void } {
  let listener = (): void => {};
  const promise = new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    // With nothing: the event that a listener gets would look like the end of what it is raced against.
    listener = () => resolve();
    signal.addEventListener('abort', listener, { once: true });
  });
  return { promise, stop: () => signal.removeEventListener('abort', listener) };
}

/** Waits; shorter when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
