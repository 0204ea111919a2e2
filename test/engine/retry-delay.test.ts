import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryDelay } from '../../src/engine/retry-delay.ts';
import type { Retry } from '../../src/plan/plan.ts';

const retry: Retry = {
  attempts: 9,
  delayMs: 5_000,
  factor: 2,
  maxDelayMs: 60_000,
  jitter: false,
  onExitCodes: null,
  onVerify: false,
};

test.each([
  [1, 5_000],
  [2, 10_000],
  [3, 20_000],
  [4, 40_000],
  [5, 60_000],
  [500, 60_000],
])('after try %i it waits %i ms: delay × factor, at most maxDelay', (tries, ms) => {
  expect(retryDelay(retry, tries, 'any')).toBe(ms);
});

test('with factor 1 it waits the same each time', () => {
  expect([1, 2, 7].map((tries) => retryDelay({ ...retry, factor: 1 }, tries, ''))).toEqual([5_000, 5_000, 5_000]);
});

test('P5: jitter is between half and the whole, spread, and the same for the same attempt', () => {
  const jittered = { ...retry, jitter: true };
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (seed, tries) => {
      const whole = retryDelay(retry, tries, seed);
      const ms = retryDelay(jittered, tries, seed);
      expect(ms).toBeGreaterThanOrEqual(whole / 2);
      expect(ms).toBeLessThanOrEqual(whole);
      expect(retryDelay(jittered, tries, seed)).toBe(ms);
    }),
  );
  const spread = new Set(Array.from({ length: 50 }, (_, n) => retryDelay(jittered, 1, `RUN/restore/${n}`)));
  expect(spread.size).toBeGreaterThan(40);
});
