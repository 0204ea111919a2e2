/** The engine's peak of resident memory, and what all processes of a run hold together. */
import { inTurn, ratioOf, values } from '../rounds.ts';
import { median } from '../statistics.ts';
import { time } from '../stopwatch.ts';
import { peakOfTree } from '../tree-memory.ts';
import { type Bench, oursAtMost, type Row } from './measure.ts';

export async function memory(bench: Bench): Promise<readonly Row[]> {
  return [
    ...engineRows(bench, 1, 9, 60),
    await treeRow(bench, 1),
    ...engineRows(bench, 1_000, 3, 90),
    await treeRow(bench, 1_000),
  ];
}

function engineRows(bench: Bench, steps: number, rounds: number, limit: number): readonly Row[] {
  const { scratch, contenders } = bench;
  const taken = inTurn(
    (['backout', 'node', 'zx', 'listr2'] as const).map((name) => ({
      name,
      once: () => ({
        MiB: time(scratch, contenders[name].call(scratch, { steps, command: 'true', wide: 1 })).peakMiB,
      }),
    })),
    bench.limits(rounds),
  );
  const ours = values(taken, 'backout', 'MiB');
  return (['node', 'zx', 'listr2'] as const).map((name, index) => {
    const theirs = values(taken, name, 'MiB');
    return {
      measure: 'memory',
      work: `peak memory of the engine, ${inWords(steps)}`,
      against: contenders[name].title,
      ours: median(ours),
      theirs: median(theirs),
      unit: 'MiB',
      ratio: ratioOf(ours, theirs),
      target: index === 0 ? oursAtMost(limit) : null,
    };
  });
}

async function treeRow({ scratch, contenders }: Bench, steps: number): Promise<Row> {
  const call = contenders.backout.call(scratch, { steps, command: 'true', wide: 1 });
  return {
    measure: 'memory',
    work: `peak memory of all its processes, ${inWords(steps)}`,
    against: '(engine, launcher and steps)',
    ours: await peakOfTree(scratch, call),
    theirs: null,
    unit: 'MiB',
    ratio: null,
    target: null,
  };
}

function inWords(steps: number): string {
  return steps === 1 ? 'one step' : `${steps.toLocaleString('en')} steps`;
}
