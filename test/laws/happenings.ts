/** What is going to happen in the imagined world, by time; within one instant in an order that no crash can change. */

export interface Happening {
  readonly at: number;
  /** Within one instant: engines first, then people, attempts, timers. */
  readonly rank: 'engine' | 'person' | 'attempt' | 'timer';
  readonly name: string;
  readonly happen: () => void;
}

const ranks: readonly Happening['rank'][] = ['engine', 'person', 'attempt', 'timer'];

export class Happenings {
  private coming: Happening[] = [];

  add(happening: Happening): void {
    this.drop(happening.rank, happening.name);
    this.coming.push(happening);
  }

  drop(rank: Happening['rank'], name?: string): void {
    this.coming = this.coming.filter((other) => other.rank !== rank || (name !== undefined && other.name !== name));
  }

  /** The next one, taken out. */
  next(): Happening | undefined {
    const [first, ...others] = this.coming;
    if (first === undefined) return undefined;
    const next = others.reduce((best, other) => (isBefore(other, best) ? other : best), first);
    this.coming = this.coming.filter((other) => other !== next);
    return next;
  }

  isAnyAt(instant: number): boolean {
    return this.coming.some(({ at }) => at <= instant);
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  if (one.at !== other.at) return one.at < other.at;
  const rank = ranks.indexOf(one.rank) - ranks.indexOf(other.rank);
  return rank === 0 ? one.name < other.name : rank < 0;
}
