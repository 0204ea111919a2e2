import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isRunId, nextRunId, runId, runIdTime } from '../../src/kernel/run-id.ts';

const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
const instant = fc.integer({ min: 0, max: 2 ** 48 - 2 });

test('known values', () => {
  expect(runId(1_469_918_176_385, new Uint8Array(10))).toBe('01ARYZ6S410000000000000000');
  expect(runId(0, new Uint8Array(10).fill(255))).toBe('0000000000ZZZZZZZZZZZZZZZZ');
});

test('ids sort by time and carry it', () => {
  fc.assert(
    fc.property(instant, instant, random, random, (a, b, x, y) => {
      const [first, second] = [runId(a, x), runId(b, y)];
      expect(isRunId(first)).toBe(true);
      expect(runIdTime(first)).toBe(a);
      if (a < b) expect(first < second).toBe(true);
    }),
  );
});

test('the next id sorts after the latest, whatever the clock says', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(instant, random), { minLength: 2 }), (moments) => {
      let latest: string | undefined;
      for (const [now, bytes] of moments) {
        const next = nextRunId(now, bytes, latest);
        expect(isRunId(next)).toBe(true);
        if (latest !== undefined) expect(next > latest).toBe(true);
        latest = next;
      }
    }),
  );
});

test('a clock set back costs nothing but the time in the id', () => {
  const latest = runId(1_000, new Uint8Array(10).fill(255));
  expect(nextRunId(500, new Uint8Array(10), latest)).toBe(runId(1_001, new Uint8Array(10)));
});

test('what is no time or no randomness is refused', () => {
  for (const ms of [-1, 0.5, Number.NaN, 2 ** 48]) expect(() => runId(ms, new Uint8Array(10))).toThrow('no run id');
  expect(() => runId(1, new Uint8Array(9))).toThrow('10 random bytes');
});
