/**
 * What is done with a plan before it is needed: `change record`, as a pipeline calls it for every step, and `whatif` of 100
 * steps with all their failures. Both are whole processes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backout } from '../contenders.ts';
import { inTurn, ratioOf, values } from '../rounds.ts';
import { median } from '../statistics.ts';
import { type Call, type Scratch, time } from '../stopwatch.ts';
import { type Bench, oursAtMost, type Row } from './measure.ts';

export function before(bench: Bench): readonly Row[] {
  let recorded = 0;
  const record = () => {
    recorded += 1;
    return backout(bench.scratch, ['change', 'record', 'BENCH', `step-${recorded}`, 'done']);
  };
  const examined = planOf100(bench.scratch);
  const whatif = () => backout(bench.scratch, ['whatif', examined, '--json']);
  return [
    row(bench, { work: 'change record, a new step each time', call: record, rounds: 25, atMostMs: 100 }),
    row(bench, { work: 'whatif, 100 steps, every single failure', call: whatif, rounds: 5, atMostMs: 5_000 }),
  ];
}

interface Shape {
  readonly work: string;
  readonly call: () => Call;
  readonly rounds: number;
  readonly atMostMs: number;
}

function row(bench: Bench, { work, call, rounds, atMostMs }: Shape): Row {
  const { scratch, contenders } = bench;
  const node = () => contenders.node.call(scratch, { steps: 1, command: 'true', wide: 1 });
  const taken = inTurn(
    [
      { name: 'backout', once: () => ({ ms: time(scratch, call()).ms }) },
      { name: 'node', once: () => ({ ms: time(scratch, node()).ms }) },
    ],
    bench.limits(rounds),
  );
  const [ours, theirs] = [values(taken, 'backout', 'ms'), values(taken, 'node', 'ms')];
  const found = { ours: median(ours), theirs: median(theirs), ratio: ratioOf(ours, theirs) };
  return {
    measure: 'before',
    work,
    against: contenders.node.title,
    unit: 'ms',
    ...found,
    target: oursAtMost(atMostMs),
  };
}

/** Restored one after the other, and nothing that `whatif` would object to. */
function planOf100(scratch: Scratch): string {
  const step = (id: string) => `    - { id: ${id}, run: 'true', owner: ops, timeout: 1m }\n`;
  const restores = Array.from({ length: 98 }, (_, index) => step(`restore-${index + 1}`)).join('');
  const role = "roles: { ops: { name: Operations, contact: '+1' } }\n";
  const tasks = (id: string) =>
    [1, 2].map((n) => `    - { id: ${id}-${n}, manual: Phone person ${n}, owner: ops, needs: [] }\n`).join('');
  const phases = `phases:\n  restore:\n${restores}  health-checks:\n${step('check')}  announce:\n${tasks('tell')}`;
  const path = join(scratch.path, 'hundred.yaml');
  writeFileSync(path, `name: hundred\n${role}${phases}escalate:\n${tasks('escalate').replaceAll(/^ {2}/gm, '')}`);
  return path;
}
