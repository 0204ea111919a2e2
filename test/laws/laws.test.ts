/**
 * The laws over random plans of 1 to 40 steps, random outcomes, decisions and crashes at every append and effect
 * boundary, through the real driver and the real engine in a world in memory.
 *
 * Each law is shown to catch planted faults: `planted-faults.ts` holds the list, `planted-faults.test.ts` plants them.
 * LAWS_RUNS=n tells n scenarios a law; a failure prints its seed and path (fast-check), for LAWS_SEED and LAWS_PATH.
 */
import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { laws, propertyOf } from './properties.ts';

// Generous, for a machine that is busy with other things.
jest.setTimeout(600_000);

const numRuns = Number(process.env.LAWS_RUNS ?? 60);
/** Shrinking a counterexample ends with it, and so does telling on a machine that is very busy. */
const interruptAfterTimeLimit = 120_000;
const again = {
  ...(process.env.LAWS_SEED === undefined ? {} : { seed: Number(process.env.LAWS_SEED) }),
  ...(process.env.LAWS_PATH === undefined ? {} : { path: process.env.LAWS_PATH }),
};

test.each(laws)('$name: $promise', (law) => {
  expect.hasAssertions();
  expect(() => fc.assert(propertyOf(law), { numRuns, interruptAfterTimeLimit, ...again })).not.toThrow();
});
