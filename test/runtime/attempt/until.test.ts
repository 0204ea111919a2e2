import { describe, expect, test } from '@jest/globals';
import type { Until } from '../../../src/plan/plan.ts';
import type { Wall } from '../../../src/ports/effects.ts';
import { type Answer, repeatUntil } from '../../../src/runtime/attempt/until.ts';

const letters: Readonly<Record<string, Answer>> = { g: 'good', b: 'bad', e: 'error', i: 'inconclusive' };

/** Answers by their first letters, ten seconds apart on the wall; the last one again and again. */
async function series(answers: string, more: Partial<Until>, signal = new AbortController().signal) {
  const clock = { now: 0, tries: 0 };
  const until: Until = { successes: 1, everyMs: 1, withinMs: 100_000, failures: null, errors: null, ...more };
  // The only part of a wall that a series looks at.
  const wall = { now: () => clock.now } as Wall;
  const { shortfall, value } = await repeatUntil(until, wall, signal, async (n) => {
    clock.now += 10_000;
    const answer = letters[answers[n - 1] ?? answers.at(-1) ?? ''] ?? 'error';
    return { answer, final: false, value: n };
  });
  return { tries: value, class: shortfall?.class ?? 'held', reason: shortfall?.reason ?? '' };
}

describe('until', () => {
  test.each<[string, string, Partial<Until>, number, string, string]>([
    ['one good answer is enough', 'g', {}, 1, 'held', ''],
    ['good answers count in a row', 'ggbggg', { successes: 3 }, 6, 'held', ''],
    ['an answer that could not be had breaks the row', 'gegg', { successes: 2 }, 4, 'held', ''],
    ['it goes on for its time', 'b', {}, 10, 'check', 'it did not hold within 1 min 40 s (10 tries: 10 bad)'],
    ['bad answers count all together', 'bgbgbg', { successes: 2, failures: 3 }, 5, 'check', 'limit of 3 bad answers'],
    ['the first bad answer can be one too many', 'b', { failures: 1 }, 1, 'check', '(1 try: 1 bad)'],
    ['errors are no bad answers', 'eeebg', { failures: 2 }, 5, 'held', ''],
    ['errors count in a row', 'eebeeg', { errors: 3 }, 6, 'held', ''],
    ['errors in a row end it', 'beee', { errors: 3 }, 4, 'error', 'limit of 3 answers in a row that could not be had'],
    ['an inconclusive answer is one that could not be had', 'eie', { errors: 3 }, 3, 'error', '1 inconclusive'],
    ['what stays inconclusive is so', 'i', { errors: 2 }, 2, 'inconclusive', '2 inconclusive'],
    ['what could never be measured is an error', 'e', {}, 10, 'error', '10 could not be measured'],
    ['one bad answer among errors is a bad end', 'ebe', {}, 10, 'check', '1 bad, 9 could not be measured'],
    ['too few good ones for the time say nothing', 'g', { successes: 50 }, 10, 'inconclusive', '50 times in a row'],
    ['the limits of an older plan are none', 'bbg', JSON.parse('{"failures":null}'), 3, 'held', ''],
  ])('%s', async (_, answers, more, tries, kind, because) => {
    const found = await series(answers, more);
    expect(found).toMatchObject({ tries, class: kind });
    expect(found.reason).toContain(because);
  });

  test('ends with what it has when it is told to', async () => {
    expect(await series('b', {}, AbortSignal.abort())).toMatchObject({ tries: 1, class: 'check' });
  });
});
