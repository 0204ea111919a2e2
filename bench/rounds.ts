/**
 * Contenders in turn, A B C A B C …, so that whatever else the machine does meets all of them alike; a ratio is taken
 * within each round, and the median of these is what counts.
 */
import type { Spread } from './statistics.ts';
import { spreadOf } from './statistics.ts';

export interface Contender {
  readonly name: string;
  /** Does the work once; the number that is compared, and others by the way. */
  readonly once: () => Readonly<Record<string, number>>;
}

export interface Limits {
  readonly rounds: number;
  /** After this long no further round is begun, once three are done. */
  readonly seconds: number;
}

/** What each contender measured, round by round. */
export type Rounds = ReadonlyMap<string, readonly Readonly<Record<string, number>>[]>;

const leastRounds = 3;

/** Each does it once beforehand, uncounted: caches of the disk and of V8 are warm, as on the second day of use. */
export function inTurn(contenders: readonly Contender[], { rounds, seconds }: Limits): Rounds {
  for (const contender of contenders) contender.once();
  const taken = new Map(contenders.map(({ name }) => [name, [] as Readonly<Record<string, number>>[]]));
  const until = performance.now() + seconds * 1_000;
  for (let round = 0; round < rounds; round++) {
    if (round >= leastRounds && performance.now() > until) break;
    for (const { name, once } of contenders) taken.get(name)?.push(once());
  }
  return taken;
}

/** All that a contender measured of one thing. */
export function values(rounds: Rounds, name: string, key: string): readonly number[] {
  return (rounds.get(name) ?? []).map((taken) => taken[key] ?? Number.NaN);
}

/** `ours` divided by `theirs`, round by round. */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  return spreadOf(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}
