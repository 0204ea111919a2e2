import { describe, expect, test } from '@jest/globals';
import { aborted, Limit } from '../../../src/runtime/attempt/limit.ts';
import { createWall } from '../../../src/runtime/wall.ts';

const wall = createWall(0);

describe('aborted', () => {
  test('gives nothing, so that an end that it is raced against is told apart from it', async () => {
    const limit = new Limit(null, 1_000, wall);
    const raced = Promise.race([new Promise<string>(() => {}), aborted(limit.signal).promise]);
    limit.cancel(500);
    await expect(raced).resolves.toBeUndefined();
    expect(limit).toMatchObject({ reached: 'cancelled', graceMs: 500 });
  });

  test('gives nothing where the signal has aborted already', async () => {
    await expect(aborted(AbortSignal.abort()).promise).resolves.toBeUndefined();
  });
});

test('a deadline that is past is reached at once; a longer grace than the step has is not given', () => {
  const limit = new Limit(wall.now() - 1, 1_000, wall);
  limit.cancel(4_000);
  expect(limit).toMatchObject({ reached: 'timed-out', graceMs: 1_000 });
});
