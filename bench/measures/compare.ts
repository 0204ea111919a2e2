/** The same work by several, in turn: one row for each that backout is compared with. */
import type { ContenderName } from '../contenders.ts';
import { inTurn, ratioOf, values } from '../rounds.ts';
import { median } from '../statistics.ts';
import { time } from '../stopwatch.ts';
import type { Work } from '../work.ts';
import type { Bench, MeasureName, Row, Target } from './measure.ts';

export interface Comparison {
  readonly measure: MeasureName;
  readonly title: string;
  readonly work: Work;
  readonly rounds: number;
  readonly against: readonly Opponent[];
}

export interface Opponent {
  readonly name: ContenderName;
  readonly target?: Target;
}

/** Whole processes, from outside. */
export function compare(bench: Bench, { measure, title, work, rounds, against }: Comparison): Row[] {
  const { scratch, contenders } = bench;
  const present = against.filter(({ name }) => contenders[name].missing === undefined);
  const taken = inTurn(
    ['backout' as const, ...present.map(({ name }) => name)].map((name) => ({
      name,
      once: () => ({ ms: time(scratch, contenders[name].call(scratch, work)).ms }),
    })),
    bench.limits(rounds),
  );
  const ours = values(taken, 'backout', 'ms');
  return against.map(({ name, target = null }) => {
    const { title: opponent, missing } = contenders[name];
    const row = { measure, work: title, against: opponent, unit: 'ms', target } as const;
    if (missing !== undefined) return { ...row, ours: null, theirs: null, ratio: null, note: missing };
    const theirs = values(taken, name, 'ms');
    return { ...row, ours: median(ours), theirs: median(theirs), ratio: ratioOf(ours, theirs) };
  });
}
