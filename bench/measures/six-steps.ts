/** The smallest whole backout, a step in each phase, beside six steps by the others. */
import { compare } from './compare.ts';
import { type Bench, type Row, ratioAtMost } from './measure.ts';

export function sixSteps(bench: Bench): readonly Row[] {
  const work = { steps: 6, command: 'true', wide: 1, sixPhases: true } as const;
  const shape = { measure: 'six-steps', title: 'six steps, one a phase, whole process', work } as const;
  return [
    ...compare(bench, { ...shape, rounds: 9, against: [{ name: 'ansible', target: ratioAtMost(0.05) }] }),
    ...compare(bench, {
      ...shape,
      rounds: 21,
      against: [
        { name: 'listr2', target: ratioAtMost(0.5) },
        { name: 'zx' },
        { name: 'durable' },
        { name: 'make' },
        { name: 'just' },
      ],
    }),
  ];
}
