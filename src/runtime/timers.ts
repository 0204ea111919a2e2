/** Named one-shot timers, due at absolute instants of the journal; monotonic underneath, so a clock set back is nothing. */
import type { Wall } from '../ports/effects.ts';

const longestDelayMs = 2 ** 31 - 1;

export class Timers {
  private readonly wall: Wall;
  private readonly fire: (timer: string) => void;
  private readonly armed = new Map<string, NodeJS.Timeout>();

  constructor(wall: Wall, fire: (timer: string) => void) {
    this.wall = wall;
    this.fire = fire;
  }

  arm(timer: string, due: number): void {
    this.disarm(timer);
    const delay = Math.max(0, due - this.wall.now());
    const work = delay > longestDelayMs ? () => this.arm(timer, due) : () => this.fired(timer);
    this.armed.set(timer, setTimeout(work, Math.min(delay, longestDelayMs)));
  }

  disarm(timer: string): void {
    clearTimeout(this.armed.get(timer));
    this.armed.delete(timer);
  }

  disarmAll(): void {
    for (const timer of [...this.armed.keys()]) this.disarm(timer);
  }

  private fired(timer: string): void {
    this.armed.delete(timer);
    this.fire(timer);
  }
}
