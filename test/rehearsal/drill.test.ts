/** Which failures of a drill have come about, told from its run alone. */
import { expect, test } from '@jest/globals';
import type { Plan } from '../../src/plan/plan.ts';
import { injectedOf } from '../../src/views/drill-evidence.ts';
import type { RunView } from '../../src/views/run-view.ts';

const at = (second: number): string => new Date(second * 1_000).toISOString();

function met(
  killed: readonly string[],
  steps: Record<string, readonly [number, number | null] | null>,
  deaths: readonly number[],
) {
  const inject = Object.fromEntries(killed.map((id) => [id, 'kill-engine']));
  const shown = Object.entries(steps).map(([id, time]) => ({
    id,
    status: 'succeeded',
    attempts: time === null ? [] : [{ startedAt: at(time[0]), endedAt: time[1] === null ? null : at(time[1]) }],
  }));
  const notes = deaths.map((second) => ({ at: at(second), text: 'taken up again by root' }));
  // Only what is read of them.
  const plan = { rehearsal: { inject } } as unknown as Plan;
  const view = { phases: [{ steps: shown }], notes } as unknown as RunView;
  return injectedOf(plan, view).map(({ step, met: isMet }) => `${step} ${isMet}`);
}

test('a step whose engine was to die has met that when another engine came while it ran', () => {
  expect(met(['a'], { a: [5, 12] }, [10])).toEqual(['a true']);
  expect(met(['a'], { a: [5, null] }, [10])).toEqual(['a true']);
  expect(met(['a'], { a: null }, [10])).toEqual(['a false']);
});

test('the death of the engine under another step is not its own', () => {
  expect(met(['a', 'b'], { a: [5, 12], b: [20, 25] }, [10])).toEqual(['a true', 'b false']);
  expect(met(['a', 'b'], { a: [5, 12], b: [20, 25] }, [10, 22])).toEqual(['a true', 'b true']);
  expect(met(['a'], { a: [5, 12] }, [20])).toEqual(['a false']);
});
