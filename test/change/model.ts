/** Changes made up for laws, and a system that only the right way back leaves as it was. */
import fc from 'fast-check';
import type { Progress } from '../../src/plan/derive/executed.ts';
import type { Change } from '../../src/playbook/change/change.ts';
import { checkChange } from '../../src/playbook/change/check-change.ts';
import { checkPlaybook } from '../../src/playbook/check.ts';
import type { Playbook } from '../../src/playbook/examined.ts';
import { readPlaybook } from '../../src/playbook/read.ts';

export interface ModelStep {
  readonly id: string;
  /** Undefined: the step above. */
  readonly needs: readonly string[] | undefined;
  readonly back: 'undo' | 'undo-side-by-side' | 'irreversible' | 'cover-a' | 'cover-b';
  readonly atomic: boolean;
  readonly progress: Progress;
}

const stepArbitrary = (index: number): fc.Arbitrary<ModelStep> =>
  fc.record({
    id: fc.constant(`s${index}`),
    needs: fc.option(fc.subarray(Array.from({ length: index }, (_, at) => `s${at}`)), { nil: undefined }),
    back: fc.constantFrom('undo', 'undo', 'undo-side-by-side', 'irreversible', 'cover-a', 'cover-a', 'cover-b'),
    atomic: fc.boolean(),
    progress: fc.constantFrom('done', 'done', 'done', 'failed', 'unknown', 'not-begun'),
  });

export const modelArbitrary: fc.Arbitrary<readonly ModelStep[]> = fc
  .integer({ min: 1, max: 9 })
  .chain((length) => fc.tuple(...Array.from({ length }, (_, index) => stepArbitrary(index))));

export const frameText = `
name: shop
phases:
  restore:
    - { id: cover-a, run: a }
    - { id: cover-b, run: b }
    - { id: last, run: c }
`;

const undoOf = ({ id, back }: ModelStep) => {
  switch (back) {
    case 'undo':
      return { backout: [{ id: `u-${id}`, run: id }] };
    case 'undo-side-by-side':
      return {
        backout: [
          { id: `u-${id}`, run: id },
          { id: `v-${id}`, run: id, needs: [] },
        ],
      };
    case 'irreversible':
      return { irreversible: 'it is so' };
    default:
      return { coveredBy: back };
  }
};

/** JSON is YAML. */
export function textOf(steps: readonly ModelStep[]): string {
  const written = steps.map((step) => ({
    id: step.id,
    ...(step.needs === undefined ? {} : { needs: step.needs }),
    run: step.id,
    atomic: step.atomic,
    ...undoOf(step),
  }));
  return JSON.stringify({ kind: 'Change', id: 'CHG1', system: 'shop', frame: './playbook.yaml', steps: written });
}

export async function changeOf(text: string): Promise<Change> {
  const read = await readPlaybook('change.yaml', Buffer.from(text));
  const checked = read.ok ? await checkChange(read.value, new Map()) : undefined;
  if (checked?.change === undefined) throw new Error(JSON.stringify(read.ok ? checked?.diagnostics : read.error));
  return checked.change;
}

export async function playbookOf(text: string): Promise<Playbook> {
  const read = await readPlaybook('playbook.yaml', Buffer.from(text));
  const checked = read.ok ? await checkPlaybook(read.value, new Map()) : undefined;
  if (checked?.playbook === undefined) throw new Error(JSON.stringify(read.ok ? checked?.diagnostics : read.error));
  return checked.playbook;
}

/** What a step needs, directly and through others. */
export function ancestors(steps: readonly ModelStep[]): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const [index, { id, needs }] of steps.entries()) {
    const above = steps[index - 1]?.id;
    const direct = needs ?? (above === undefined ? [] : [above]);
    all.set(id, new Set(direct.flatMap((each) => [each, ...(all.get(each) ?? [])])));
  }
  return all;
}

/** It did something, as far as can be known. */
export const isExecuted = ({ progress, atomic }: ModelStep): boolean =>
  progress === 'done' || progress === 'unknown' || (progress === 'failed' && !atomic);

/**
 * A cell a step. Doing a step takes what it needs as it is then into its own cell; only who takes it back while all that
 * is still as it was gets the cell as it was before.
 */
export class ModelSystem {
  readonly cells: Map<string, number>;
  readonly #needs: ReadonlyMap<string, readonly string[]>;

  constructor(steps: readonly ModelStep[]) {
    const executed = new Set(steps.filter(isExecuted).map(({ id }) => id));
    this.cells = new Map(steps.map(({ id }, index) => [id, index + 1]));
    this.#needs = new Map(
      [...ancestors(steps)].map(([id, all]) => [id, [...all].filter((each) => executed.has(each))]),
    );
  }

  do(id: string): void {
    this.cells.set(id, this.#cell(id) * 3 + this.#sum(id));
  }

  undo(id: string): void {
    this.cells.set(id, (this.#cell(id) - this.#sum(id)) / 3);
  }

  restore(ids: readonly string[], before: ReadonlyMap<string, number>): void {
    for (const id of ids) this.cells.set(id, before.get(id) ?? 0);
  }

  #cell(id: string): number {
    return this.cells.get(id) ?? 0;
  }

  #sum(id: string): number {
    return (this.#needs.get(id) ?? []).reduce((sum, each) => sum + this.#cell(each), 0);
  }
}
