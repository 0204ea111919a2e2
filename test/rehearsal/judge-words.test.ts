/** How old a rehearsal is, and whether it has become slower, in words. */
import { expect, test } from '@jest/globals';
import { ageWords } from '../../src/cli/rehearsal/age.ts';
import { trendOf, trendWords } from '../../src/cli/rehearsal/trend.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [0, 'just now'],
  [minute - 1, 'just now'],
  [minute, '1 minute ago'],
  [2 * minute, '2 minutes ago'],
  [hour - 1, '59 minutes ago'],
  [hour, '1 hour ago'],
  [2 * day - 1, '47 hours ago'],
  [2 * day, '2 days ago'],
  [91.9 * day, '91 days ago'],
])('%d ms are %s', (ms, words) => {
  expect(ageWords(ms)).toBe(words);
});

type Steps = Readonly<Record<string, number | null>>;
const times = (ms: number, steps: Steps = {}) => ({
  ms,
  steps: Object.entries(steps).map(([id, each]) => {
    return { id, place: 'restore', outcome: 'succeeded', attempts: 1, ms: each };
  }),
});

test.each<[string, [number, Steps?], [number, Steps?], string]>([
  ['what is lost in the noise', [250], [500], 'as fast as before'],
  ['a whole that takes less than a twentieth longer', [10_400], [10_000], 'as fast as before'],
  ['a slower whole', [12_000], [10_000], '20 % slower'],
  ['a faster whole', [8_000], [10_000], '20 % faster'],
  [
    'a slower step',
    [12_100, { a: 6_100, b: 6_000 }],
    [11_000, { a: 5_000, b: 6_000 }],
    '10 % slower: a 5.0 s to 6.1 s',
  ],
  ['a faster step', [4_000, { a: 4_000 }], [6_000, { a: 6_000 }], '33 % faster: a 6.0 s to 4.0 s'],
  ['a step that changed by a fifth', [6_000, { a: 6_000 }], [5_000, { a: 5_000 }], '20 % slower'],
  ['a short step in the noise', [1_000, { a: 350 }], [1_000, { a: 100 }], 'as fast as before'],
  ['steps that are new, or were not begun', [9_000, { a: 5_000, b: null }], [9_000, { b: 1_000 }], 'as fast as before'],
])('the trend of %s', (_, now, before, words) => {
  const trend = trendOf(times(...now), times(...before));
  expect(trend && trendWords(trend)).toBe(words);
});

test('there is no trend without something to hold it against', () => {
  expect([trendOf(times(5), undefined), trendOf(times(5), times(0))]).toEqual([undefined, undefined]);
});
