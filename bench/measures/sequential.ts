/**
 * What a step costs after the first, `(T(n) - T(1)) / (n - 1)`, start and end of the process taken out; and whether the
 * thousandth step costs more than the hundredth.
 */
import type { ContenderName } from '../contenders.ts';
import { inTurn, type Rounds, ratioOf, values } from '../rounds.ts';
import { median } from '../statistics.ts';
import { time } from '../stopwatch.ts';
import { type Bench, type Row, ratioAtMost, type Target } from './measure.ts';

const title = 'a sequential step after the first';

export function sequential(bench: Bench): readonly Row[] {
  const peers = (['durable', 'make', 'just', 'listr2', 'zx'] as const).filter(
    (name) => bench.contenders[name].missing === undefined,
  );
  const taken = inTurn(
    (['backout', ...peers] as const).map((name) => ({ name, once: () => perStep(bench, name) })),
    bench.limits(11),
  );
  const rows = peers.map((name) => row(bench, taken, name, 'at100', name === 'durable' ? ratioAtMost(1.25) : null));
  return [...rows, row(bench, taken, 'durable', 'at1000', null), growth(taken)];
}

/** Milliseconds a step, at 100 and (only those that have to show it) at 1,000 steps. */
function perStep({ scratch, contenders }: Bench, name: ContenderName): Readonly<Record<string, number>> {
  const took = (steps: number) => time(scratch, contenders[name].call(scratch, { steps, command: 'true', wide: 1 })).ms;
  const one = took(1);
  const at100 = (took(100) - one) / 99;
  if (name !== 'backout' && name !== 'durable') return { at100 };
  return { at100, at1000: (took(1_000) - one) / 999 };
}

type Size = 'at100' | 'at1000';
const inWords = { at100: 'of 100', at1000: 'of 1,000' } as const;

function row({ contenders }: Bench, taken: Rounds, name: ContenderName, size: Size, target: Target | null): Row {
  const ours = values(taken, 'backout', size);
  const theirs = values(taken, name, size);
  return {
    measure: 'sequential',
    work: `${title}, ${inWords[size]}`,
    against: contenders[name].title,
    ours: median(ours),
    theirs: median(theirs),
    unit: 'ms',
    ratio: ratioOf(ours, theirs),
    target,
  };
}

function growth(taken: Rounds): Row {
  const ours = values(taken, 'backout', 'at1000');
  const theirs = values(taken, 'backout', 'at100');
  return {
    measure: 'sequential',
    work: `${title}, ${inWords.at1000}`,
    against: 'backout itself, a step of 100',
    ours: median(ours),
    theirs: median(theirs),
    unit: 'ms',
    ratio: ratioOf(ours, theirs),
    target: ratioAtMost(1.2),
  };
}
