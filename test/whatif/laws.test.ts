/** Laws over random plans: taking another run's rest is the same as walking it, and no failure opens what is unproven. */
import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { Plan } from '../../src/plan/plan.ts';
import { type Case, casesOf, failureKinds } from '../../src/whatif/failure.ts';
import { rowOf } from '../../src/whatif/row.ts';
import { durationOf, noEstimates } from '../../src/whatif/timing.ts';
import { outcomeFrom, walkFrom, walkWhole } from '../../src/whatif/walk.ts';
import type { Scene } from '../../src/whatif/world.ts';
import { aScenario, everything } from '../laws/arbitrary.ts';

jest.setTimeout(120_000);

const numRuns = Number(process.env.LAWS_RUNS ?? 40);
const plans = fc.record({
  // As `whatIf` walks them: without the regular updates.
  plan: aScenario(everything).map(({ plan: { updates: _, ...plan } }) => plan),
  /** Each fourth step is done inside the engine. */
  inside: fc.integer({ min: 0, max: 3 }),
});

function sceneOf(plan: Plan, inside: number): Scene {
  const order = [...plan.phases.restore.steps, ...plan.phases['enable-access'].steps].map(({ id }) => id);
  const insideEngine = ({ id }: { readonly id: string }) => order.indexOf(id) % 4 === inside;
  return { plan, durationOf: durationOf(plan, noEstimates), insideEngine };
}

/** A plan of 40 steps has 300: of those that lie close together, one. */
function someOf(plan: Plan): readonly Case[] {
  const cases = casesOf(plan);
  const every = Math.max(1, Math.floor(cases.length / 15));
  return cases.filter((_, index) => index % every === 0);
}

test('a run that joins another comes out as if it were walked to its end', () => {
  let joined = 0;
  const law = fc.property(plans, ({ plan, inside }) => {
    const main = walkWhole(sceneOf(plan, inside));
    for (const each of someOf(plan)) {
      const failures = new Map([...each.also, each].map(({ step, kind }) => [step, kind]));
      const from = main.begins.get([...failures.keys()][0] ?? '');
      if (from === undefined) continue;
      const whole = rowOf(each, walkFrom(from, failures).outcome);
      expect(rowOf(each, outcomeFrom(from, failures, main))).toEqual(whole);
      if (whole.exitCode === 0) joined += 1;
    }
  });
  fc.assert(law, { numRuns, endOnFailure: true });
  expect(joined).toBeGreaterThan(0);
});

test('P1: with health checks in the plan, no single failure leaves access open and health unproven', () => {
  const law = fc.property(plans, ({ plan, inside }) => {
    if (plan.phases['health-checks'].steps.every(({ condition }) => condition === false)) return;
    const main = walkWhole(sceneOf(plan, inside));
    for (const each of someOf(plan)) {
      const from = main.begins.get(each.step);
      if (from === undefined) continue;
      const { truth, end } = rowOf(each, outcomeFrom(from, new Map([[each.step, each.kind]]), main));
      expect([each, end !== 'waits' && truth.access === 'open' && truth.health !== 'proven']).toEqual([each, false]);
    }
  });
  fc.assert(law, { numRuns, endOnFailure: true });
});

test('every kind of failure comes up (the random plans have no timeouts)', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(plans, ({ plan }) => {
      for (const { kind } of casesOf(plan)) seen.add(kind);
    }),
    { numRuns: 60 },
  );
  expect([...seen].sort()).toEqual(failureKinds.filter((kind) => kind !== 'times-out').sort());
});
