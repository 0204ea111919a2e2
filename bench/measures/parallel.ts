/** 100 steps that sleep 0.2 s, 50 side by side: two rounds of them, 0.4 s, is the least that anybody can need. */
import { inTurn, ratioOf, values } from '../rounds.ts';
import { median } from '../statistics.ts';
import { time } from '../stopwatch.ts';
import { type Bench, type Row, ratioAtMost } from './measure.ts';

const work = { steps: 100, command: 'sleep 0.2', wide: 50 } as const;
const idealMs = (work.steps / work.wide) * 200;

export function parallel(bench: Bench): readonly Row[] {
  const { scratch, contenders } = bench;
  const peers = (['xargs', 'make', 'zx', 'listr2'] as const).filter((name) => contenders[name].missing === undefined);
  const taken = inTurn(
    (['backout', ...peers] as const).map((name) => ({
      name,
      once: () => ({ ms: time(scratch, contenders[name].call(scratch, work)).ms }),
    })),
    bench.limits(15),
  );
  const ours = values(taken, 'backout', 'ms');
  const row = {
    measure: 'parallel',
    work: '100 × sleep 0.2, 50 wide, whole process',
    unit: 'ms',
    ours: median(ours),
  } as const;
  const ideal = ours.map(() => idealMs);
  return [
    { ...row, against: 'the ideal', theirs: idealMs, ratio: ratioOf(ours, ideal), target: ratioAtMost(1.6) },
    ...peers.map((name): Row => {
      const theirs = values(taken, name, 'ms');
      const against = contenders[name].title;
      return { ...row, against, theirs: median(theirs), ratio: ratioOf(ours, theirs), target: null };
    }),
  ];
}
