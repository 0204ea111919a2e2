/** Laws over random plans: taking another run's rest is the same as walking it, and no failure opens what is unproven. */
import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { allSteps, type Plan, type PlannedPhase, type PlannedStep, phases } from '../../src/plan/plan.ts';
import { loadExpressions } from '../../src/playbook/expression.ts';
import { type Case, casesOf, failureKinds } from '../../src/whatif/failure.ts';
import { rowOf } from '../../src/whatif/row.ts';
import { outcomeFrom, walkFrom, walkWhole } from '../../src/whatif/walk.ts';
import type { Scene } from '../../src/whatif/world.ts';
import { aScenario, everything } from '../laws/arbitrary.ts';
import { aScene } from './bare.ts';

jest.setTimeout(120_000);

const expressions = await loadExpressions();
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
  return { ...aScene(plan), insideEngine };
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

const conditions = [
  "run.data != 'unknown'",
  "run.end == 'succeeded'",
  "run.end != 'succeeded'",
  "run.access == 'open' || run.end == 'failed'",
  "run.health == 'proven'",
];

type Ask = { readonly of: number; readonly how: 'outputs' | 'optional outputs' | 'run' };
const theAsks = fc.array(
  fc.option(fc.record({ of: fc.nat(80), how: fc.constantFrom('outputs', 'optional outputs', 'run') }), { freq: 3 }),
  { minLength: 80, maxLength: 80 },
);

/** Some steps ask for what a step before them wrote, or for how the run stands. */
function asking(plan: Plan, asks: readonly (Ask | null)[]): Plan {
  const ids = [...allSteps(plan)].map(({ id }) => id);
  const changed = (step: PlannedStep): PlannedStep => {
    const ask = asks[ids.indexOf(step.id)];
    const source = ids[(ask?.of ?? 0) % Math.max(1, ids.indexOf(step.id))];
    const contingency = step.contingency.map(changed);
    if (ask == null || source === undefined) return { ...step, contingency };
    if (ask.how === 'run') {
      const condition = step.condition === true ? (conditions[ask.of % conditions.length] ?? true) : step.condition;
      return { ...step, contingency, condition };
    }
    const output = `steps['${source}'].outputs.x`;
    const text = ask.how === 'outputs' ? output : `'x' in steps['${source}'].outputs ? ${output} : 'none'`;
    const { action } = step;
    if (action.kind !== 'shell') return { ...step, contingency };
    return { ...step, contingency, action: { ...action, bindings: [{ variable: 'V', expression: text }] } };
  };
  const all = <P extends PlannedPhase>(phase: P): P => ({ ...phase, steps: phase.steps.map(changed) });
  const found = phases.map((phase) => [phase, all(plan.phases[phase])]);
  return { ...plan, phases: Object.fromEntries(found), escalate: all(plan.escalate) };
}

test('the same where steps ask for outputs, or for how the run stands', () => {
  let joined = 0;
  const law = fc.property(plans, theAsks, ({ plan: without, inside }, asks) => {
    const plan = asking(without, asks);
    const scene = { ...aScene(plan, expressions), insideEngine: sceneOf(plan, inside).insideEngine };
    const main = walkWhole(scene);
    for (const each of someOf(plan)) {
      const failures = new Map([...each.also, each].map(({ step, kind }) => [step, kind]));
      const from = main.begins.get([...failures.keys()][0] ?? '');
      if (from === undefined) continue;
      const whole = rowOf(each, walkFrom(from, failures).outcome);
      expect(rowOf(each, outcomeFrom(from, failures, main))).toEqual(whole);
      if (whole.exitCode === 0 || whole.exitCode === 6) joined += 1;
    }
  });
  fc.assert(law, { numRuns: 2 * numRuns, endOnFailure: true });
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
