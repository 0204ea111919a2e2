/** Large plans: the order of walking, how long it is said to take, and a document that one string could not hold. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TextOptions } from '../../src/views/step-line.ts';
import { type WhatIfDocument, whatIfPage } from '../../src/views/whatif.ts';
import { whatIfProgress } from '../../src/views/whatif-progress.ts';
import { spread } from '../../src/whatif/spread.ts';
import { noEstimates } from '../../src/whatif/timing.ts';
import { walkWhole } from '../../src/whatif/walk.ts';
import { whatIf } from '../../src/whatif/what-if.ts';
import { aPlan } from '../support/plan-builder.ts';
import { aScene, bare } from './bare.ts';

test('every number comes once, and the first hundred lie evenly over all', () => {
  const law = fc.property(fc.integer({ min: 0, max: 5_000 }), (count) => {
    expect([...spread(count)].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
  });
  fc.assert(law, { numRuns: 60 });
  const mean = [...spread(35_000)].slice(0, 100).reduce((sum, each) => sum + each, 0) / 100;
  expect(Math.abs(mean - 17_500)).toBeLessThan(1_750);
  const kinds = new Set([...spread(35_000)].slice(0, 100).map((each) => each % 7));
  expect(kinds.size).toBe(7);
});

/** Told of `of` failures that take `eachMs` each, after a slow beginning. */
function said(of: number, eachMs: number): readonly string[] {
  let now = 0;
  const lines: string[] = [];
  const progress = whatIfProgress(
    () => now,
    (line) => lines.push(line),
  );
  for (let done = 1; done <= of; done += 1) {
    now += done <= 32 ? 100 * eachMs : eachMs;
    progress(done, of);
  }
  return lines;
}

test('what takes long is said to early, as measured, with what to do; then how much is left', () => {
  const [first, second, ...others] = said(7_000, 10);
  expect(first).toBe('whatif: 7,000 failures take about 1 min 09 s; --step STEP looks at one step only');
  expect(second).toBe('whatif: 1,132 of 7,000 failures walked, about 59.0 s left');
  expect(others).toHaveLength(5);
});

test('what is done in a moment says nothing', () => {
  expect(said(2_000, 1)).toEqual([]);
  expect(said(30, 10)).toEqual([]);
});

test.each([0, 1, 499, 500, 501, 1_203])('the JSON of %i rows, in parts, is the JSON of the whole', (count) => {
  const plan = aPlan({ restore: [{ id: 'data', timeoutMs: 1_000 }] });
  const options = { ...bare, estimate: noEstimates, depth: 'single', only: null } as const;
  const found = whatIf(plan, { ...options, progress: () => {} });
  const rows = Array.from({ length: count }, (_, n) => ({ ...found.untroubled, step: `\n  "rows": [],\n ${n}` }));
  const undecided = { steps: [], neverTrue: [], exclusive: false };
  const document: WhatIfDocument = { ...found, rows, plan, digest: 'd', assumed: {}, undecided };
  const text = [...whatIfPage(document, 'json', {} as TextOptions)].join('');
  const parsed = JSON.parse(text);
  expect(parsed.rows).toEqual(rows);
  expect(text).toBe(`${JSON.stringify(parsed, null, 2)}\n`);
});

test('behind a chain of steps that wait, those begin at once that wait for nothing', () => {
  const step = (id: string, needs: readonly string[], condition = true) => ({
    id,
    needs,
    condition,
    timeoutMs: 60_000,
  });
  const plan = aPlan({
    restore: [
      step('a', []),
      step('after-a', ['a']),
      step('after-both', ['a', 'after-a']),
      step('beside', []),
      step('out', ['beside'], false),
      step('after-out', ['out']),
      step('last', ['after-out']),
      step('beside-too', []),
    ],
  });
  const { begins } = walkWhole(aScene(plan));
  expect([...begins].map(([id, { now }]) => [id, now])).toEqual([
    ['a', 0],
    ['beside', 0],
    ['beside-too', 0],
    ['after-a', 0],
    ['after-out', 6_000],
    ['after-both', 6_000],
    ['last', 12_000],
  ]);
});
