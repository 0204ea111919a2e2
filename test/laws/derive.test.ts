/** Laws of the way back: for any change and whatever of it was executed. */
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { derive } from '../../src/plan/derive/derive.ts';
import { checkPlaybook } from '../../src/playbook/check.ts';
import { type StepSite, sitesOf } from '../../src/playbook/content.ts';
import { effectiveNeeds } from '../../src/playbook/rules/order.ts';
import {
  ancestors,
  changeOf,
  frameText,
  isExecuted,
  type ModelStep,
  ModelSystem,
  modelArbitrary,
  playbookOf,
  textOf,
} from '../change/model.ts';

jest.setTimeout(120_000);

interface WayBack {
  readonly sites: readonly StepSite[];
  readonly ids: ReadonlySet<string>;
  /** For each step everything that is over before it begins. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
  /** Two restore steps each cover what needs a step of the other's: no order suits. */
  readonly unsuited: boolean;
}

async function wayBack(steps: readonly ModelStep[]): Promise<WayBack> {
  const change = await changeOf(textOf(steps));
  const frame = await playbookOf(frameText);
  const records = new Map(steps.map(({ id, progress }) => [id, { progress, outputs: {} }]));
  const derived = await derive({
    change,
    frame,
    executed: { steps: records, params: {} },
    irreversible: 'ask',
    missing: 'ask',
  });
  if (!derived.ok) throw new Error(JSON.stringify(derived.error));
  const { playbook, diagnostics } = await checkPlaybook(derived.value.document, new Map());
  if (playbook === undefined) throw new Error(JSON.stringify(diagnostics));
  const unsuited = derived.value.said.some((line) => line.includes('look at the order'));
  const sites = sitesOf(playbook.content, 'restore');
  return { sites, ids: new Set(sites.map(({ id }) => id)), before: closure(sites), unsuited };
}

function closure(sites: readonly StepSite[]): ReadonlyMap<string, ReadonlySet<string>> {
  const needs = new Map(sites.map((site) => [site.id, effectiveNeeds(site)]));
  const all = new Map<string, ReadonlySet<string>>();
  const visit = (id: string): ReadonlySet<string> => {
    const known = all.get(id);
    if (known !== undefined) return known;
    const found = new Set((needs.get(id) ?? []).flatMap((each) => [each, ...visit(each)]));
    all.set(id, found);
    return found;
  };
  for (const { id } of sites) visit(id);
  return all;
}

const undoIds = ({ id, back }: ModelStep): readonly string[] => {
  if (back === 'irreversible') return [`decide-${id}`];
  if (back === 'undo') return [`u-${id}`];
  return back === 'undo-side-by-side' ? [`u-${id}`, `v-${id}`] : [back];
};
const isCovered = ({ back }: ModelStep): boolean => back === 'cover-a' || back === 'cover-b';

const holds = (law: (steps: readonly ModelStep[], back: WayBack) => void) =>
  fc.assert(
    fc.asyncProperty(modelArbitrary, async (steps) => law(steps, await wayBack(steps))),
    { numRuns: 300 },
  );

describe('the way back of any change', () => {
  test('is a reversed topological order: what needed a step is taken back before it', () =>
    holds((steps, { before, unsuited }) => {
      fc.pre(!unsuited);
      const needs = ancestors(steps);
      const byId = new Map(steps.map((step) => [step.id, step]));
      for (const step of steps.filter(isExecuted)) {
        for (const needed of needs.get(step.id) ?? []) {
          const target = byId.get(needed);
          if (target === undefined || !isExecuted(target)) continue;
          // What is covered is put back in the place of the earliest that its restore step covers.
          if (isCovered(step)) continue;
          for (const id of undoIds(target))
            for (const earlier of undoIds(step)) expect([...(before.get(id) ?? [])]).toContain(earlier);
        }
      }
    }));

  test('takes a covered step back only after everything that needed it', () =>
    holds((steps, { before, unsuited }) => {
      fc.pre(!unsuited);
      const needs = ancestors(steps);
      for (const target of steps.filter((step) => isExecuted(step) && isCovered(step)))
        for (const step of steps.filter((each) => isExecuted(each) && !isCovered(each)))
          if (needs.get(step.id)?.has(target.id) === true)
            for (const earlier of undoIds(step)) expect([...(before.get(target.back) ?? [])]).toContain(earlier);
    }));

  test('undoes nothing that was not executed', () =>
    holds((steps, { ids }) => {
      const executed = new Set(steps.filter(isExecuted).flatMap(undoIds));
      for (const id of steps.flatMap(undoIds)) if (!executed.has(id)) expect(ids.has(id)).toBe(false);
    }));

  test('leaves nothing of what was executed: undone, covered, or a person decides', () =>
    holds((steps, { ids }) => {
      for (const id of steps.filter(isExecuted).flatMap(undoIds)) expect(ids.has(id)).toBe(true);
    }));

  test('leaves neither of two restore steps out that wait for each other from the first on', async () => {
    const rest = { atomic: false, progress: 'done' } as const;
    const { ids, unsuited } = await wayBack([
      { id: 's0', needs: undefined, back: 'cover-a', ...rest },
      { id: 's1', needs: undefined, back: 'cover-b', ...rest },
      { id: 's2', needs: [], back: 'cover-b', ...rest },
      { id: 's3', needs: undefined, back: 'cover-a', ...rest },
    ]);
    expect([...ids].toSorted()).toEqual(['cover-a', 'cover-b', 'last']);
    expect(unsuited).toBe(true);
  });

  test('asks a person before what was begun and never seen to end is undone', () =>
    holds((steps, { before }) => {
      for (const step of steps.filter(({ progress, back }) => progress === 'unknown' && back !== 'irreversible'))
        for (const id of undoIds(step)) expect([...(before.get(id) ?? [])]).toContain(`look-${step.id}`);
    }));

  test("ends with what is the frame's own", () =>
    holds((_steps, { sites, before }) => {
      expect(before.get('last')?.size).toBe(sites.length - 1);
    }));

  test('done and taken back, in any order that the needs allow, a system is as it was', () =>
    fc.assert(
      fc.asyncProperty(modelArbitrary, fc.infiniteStream(fc.nat()), async (steps, choices) => {
        const back = await wayBack(steps);
        fc.pre(!back.unsuited);
        const system = new ModelSystem(steps);
        const initial = new Map(system.cells);
        const pick = () => choices.next().value ?? 0;
        const needs = ancestors(steps);
        for (const id of anyOrder(
          steps.map((step) => step.id),
          needs,
          pick,
        ))
          if (steps.some((step) => step.id === id && isExecuted(step))) system.do(id);
        const done = new Map(system.cells);
        const byUndo = new Map(steps.map((step) => [`u-${step.id}`, step.id]));
        for (const id of anyOrder(
          back.sites.map((site) => site.id),
          back.before,
          pick,
        )) {
          const undone = byUndo.get(id);
          if (undone !== undefined) system.undo(undone);
          system.restore(coveredBy(steps, id), initial);
        }
        for (const { id, back: way, ...step } of steps) {
          const stays = way === 'irreversible' && isExecuted({ id, back: way, ...step });
          expect(system.cells.get(id)).toBe((stays ? done : initial).get(id));
        }
      }),
      { numRuns: 300 },
    ));
});

const coveredBy = (steps: readonly ModelStep[], id: string): readonly string[] =>
  steps.flatMap((step) => (step.back === id && isExecuted(step) ? [step.id] : []));

function anyOrder(
  ids: readonly string[],
  before: ReadonlyMap<string, ReadonlySet<string>>,
  pick: () => number,
): readonly string[] {
  const order: string[] = [];
  const left = new Set(ids);
  while (left.size > 0) {
    const ready = [...left].filter((id) => [...(before.get(id) ?? [])].every((each) => !left.has(each)));
    const next = ready[pick() % ready.length];
    if (next === undefined) throw new Error('these steps wait for each other');
    left.delete(next);
    order.push(next);
  }
  return order;
}
