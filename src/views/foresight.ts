/** The expected end for what is shown again and again: of a plan with thousands of steps it is not found anew each time. */
import type { Estimates } from './estimate.ts';
import { type EndFacts, type ExpectedEnd, expectedEndOf } from './estimate-end.ts';

export type Foresight = (facts: Omit<EndFacts, 'estimates'>) => ExpectedEnd | null;

const freshMs = 1_000;

/** Answers what it found within the last second, else looks anew. */
export function createForesight(estimates: Estimates | undefined): Foresight {
  let found: ExpectedEnd | null = null;
  let at = Number.NEGATIVE_INFINITY;
  return (facts) => {
    if (estimates === undefined) return null;
    if (Math.abs(facts.now - at) >= freshMs || facts.context.end !== null) {
      found = expectedEndOf({ ...facts, estimates });
      at = facts.now;
    }
    return found;
  };
}
