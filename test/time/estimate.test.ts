/** Estimates: what is expected of a step, and of the whole, from what was measured. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TimeRecord } from '../../src/ports/time-record.ts';
import { estimatesOf } from '../../src/views/estimate.ts';
import { outlookOf } from '../../src/views/estimate-outlook.ts';
import { criticalPath } from '../../src/views/estimate-path.ts';
import { aPlan } from '../support/plan-builder.ts';

const plan = aPlan(
  { restore: [{ id: 'db', timeoutMs: 60_000 }], 'enable-access': [{ id: 'open', timeoutMs: 5_000 }] },
  { definition: 'this' },
);

function records(times: readonly number[], definition = 'this', step = 'db'): readonly TimeRecord[] {
  return times.map((ms, n) => ({
    run: `run-${definition}-${n}`,
    playbook: 'shop',
    mode: 'real',
    definition,
    at: n,
    end: 'succeeded',
    totalMs: ms,
    steps: { [step]: ms },
  }));
}

describe('the estimate of a step', () => {
  test.each([
    ['one sample counts with a fifth more', [100], { medianMs: 100, p90Ms: 120, samples: 1 }],
    ['so do two', [100, 200], { medianMs: 150, p90Ms: 240, samples: 2 }],
    ['of three the longest is the 90th percentile', [300, 100, 200], { medianMs: 200, p90Ms: 300, samples: 3 }],
    ['of ten the second longest', [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000], { medianMs: 6, p90Ms: 9, samples: 10 }],
  ])('%s', (_, times, estimate) => {
    expect(estimatesOf(plan, records(times)).get('db')).toEqual({
      ...estimate,
      medianMs: Math.round(estimate.medianMs === 6 ? 5.5 : estimate.medianMs),
      earlier: false,
    });
  });

  test('rests on the last 20 records that have the step', () => {
    const old = records(Array.from({ length: 30 }, () => 9_000));
    const other = records([1, 1, 1], 'this', 'open');
    const estimate = estimatesOf(plan, [...old, ...records(Array.from({ length: 20 }, () => 50)), ...other]).get('db');
    expect(estimate).toEqual({ medianMs: 50, p90Ms: 50, samples: 20, earlier: false });
  });

  test('an earlier version of the plan counts only where this one was never measured, and is marked', () => {
    const before = [...records([500, 500], 'before'), ...records([7], 'before', 'open')];
    const estimates = estimatesOf(plan, [...before, ...records([10], 'this')]);
    expect(estimates.get('db')).toMatchObject({ medianMs: 10, earlier: false });
    expect(estimates.get('open')).toMatchObject({ medianMs: 7, earlier: true });
  });

  test('a plan of a release without definitions has earlier ones only; a step named like a method has none', () => {
    const { definition: _, ...unnamed } = aPlan({ restore: [{ id: 'db' }, { id: 'constructor' }] });
    const estimates = estimatesOf(unnamed, records([10]));
    expect(estimates.get('db')).toMatchObject({ earlier: true });
    expect(estimates.has('constructor')).toBe(false);
  });
});

describe('the critical path', () => {
  const parallel = aPlan({
    restore: [
      { id: 'a', needs: [] },
      { id: 'b', needs: [] },
      { id: 'c', needs: ['a'] },
    ],
    'enable-access': [{ id: 'open' }],
  });
  const times: Readonly<Record<string, number>> = { a: 10, b: 25, c: 10, open: 5 };

  test('goes through needs and phases', () => {
    expect(criticalPath(parallel, ({ id }) => times[id] ?? 0)).toEqual({ ms: 30, steps: ['b', 'open'] });
    expect(criticalPath(parallel, ({ id }) => (id === 'c' ? 20 : (times[id] ?? 0)))).toEqual({
      ms: 35,
      steps: ['a', 'c', 'open'],
    });
  });

  test('knows the places for steps side by side', () => {
    const one = { ...parallel.phases.restore, maxParallel: 1 };
    const narrow = { ...parallel, phases: { ...parallel.phases, restore: one } };
    expect(criticalPath(narrow, ({ id }) => times[id] ?? 0)).toEqual({ ms: 50, steps: ['a', 'b', 'c', 'open'] });
  });

  test('has no end where a step has none', () => {
    expect(criticalPath(parallel, ({ id }) => (id === 'b' ? Number.POSITIVE_INFINITY : 1)).ms).toBe(Infinity);
  });

  test('law: its steps add up to its length, which lies between the longest step and all of them', () => {
    const graph = fc
      .array(fc.record({ ms: fc.integer({ min: 0, max: 50 }), needs: fc.array(fc.nat(30), { maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 25,
      })
      .chain((nodes) => fc.tuple(fc.constant(nodes), fc.integer({ min: 1, max: 6 })));
    fc.assert(
      fc.property(graph, ([nodes, maxParallel]) => {
        const steps = nodes.map(({ needs }, n) => ({
          id: `s${n}`,
          needs: n === 0 ? [] : [...new Set(needs.map((each) => `s${each % n}`))],
        }));
        const built = aPlan({ restore: steps });
        const whole = { ...built, phases: { ...built.phases, restore: { ...built.phases.restore, maxParallel } } };
        const ms = (id: string): number => nodes[Number(id.slice(1))]?.ms ?? 0;
        const path = criticalPath(whole, ({ id }) => ms(id));
        const all = nodes.map((node) => node.ms);
        const sum = all.reduce((total, each) => total + each, 0);
        expect(path.steps.reduce((total, id) => total + ms(id), 0)).toBe(path.ms);
        expect(path.ms).toBeGreaterThanOrEqual(Math.max(...all, sum / maxParallel));
        expect(path.ms).toBeLessThanOrEqual(sum);
      }),
    );
  });

  test('of 5,000 steps is found', () => {
    const many = aPlan({ restore: Array.from({ length: 5_000 }, (_, n) => ({ id: `s${n}`, needs: [] })) });
    expect(criticalPath(many, () => 10).ms).toBe(5_000);
  });
});

describe('the outlook of a plan', () => {
  test('adds up what was measured', () => {
    const both = [...records([100, 100, 100]), ...records([10, 10, 30], 'this', 'open')];
    expect(outlookOf(plan, estimatesOf(plan, both))).toEqual({
      medianMs: 110,
      p90Ms: 130,
      path: ['db', 'open'],
      measured: 2,
      unmeasured: [],
      unbounded: [],
      samples: 3,
      earlier: [],
    });
  });

  test('counts the timeout of what was never measured, and promises no median', () => {
    expect(outlookOf(plan, estimatesOf(plan, records([100, 100, 100])))).toMatchObject({
      medianMs: null,
      p90Ms: 5_100,
      unmeasured: ['open'],
      unbounded: [],
    });
  });

  test('names a step without a measure and without a timeout', () => {
    const open = aPlan({ restore: [{ id: 'db' }] });
    expect(outlookOf(open, new Map())).toMatchObject({ p90Ms: null, unbounded: ['db'], measured: 0 });
  });

  test('does not count what holds nothing up: messages beyond ten seconds, tasks, steps that are left out', () => {
    const manual = { kind: 'manual', instruction: 'call' } as const;
    const telling = aPlan({
      notify: [{ id: 'mail', timeoutMs: 60_000 }],
      restore: [{ id: 'off', condition: false }],
      announce: [{ id: 'task', action: manual }],
    });
    expect(outlookOf(telling, new Map())).toMatchObject({ p90Ms: 10_000, unmeasured: ['mail'] });
  });
});
