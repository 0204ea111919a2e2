/** A plan of one step, from the start of the process to its end: what somebody waits for who types it. */
import { compare } from './compare.ts';
import { type Bench, type Row, ratioAtMost } from './measure.ts';

export function oneStep(bench: Bench): readonly Row[] {
  const shape = {
    measure: 'one-step',
    title: 'one step, whole process',
    work: { steps: 1, command: 'true', wide: 1 },
  } as const;
  return [
    ...compare(bench, {
      ...shape,
      rounds: 25,
      against: [
        { name: 'node', target: ratioAtMost(2) },
        { name: 'durable' },
        { name: 'make' },
        { name: 'just' },
        { name: 'listr2' },
        { name: 'zx' },
      ],
    }),
    ...compare(bench, { ...shape, rounds: 7, against: [{ name: 'ansible' }] }),
  ];
}
