/** Random scenarios for fast-check; every plan is one that the playbook's rules would let pass. */
import * as fc from 'fast-check';
import { type Place, type Plan, type PlannedStep, phases, updateSteps } from '../../src/plan/plan.ts';
import { aPlan, aStep } from '../support/plan-builder.ts';
import { type AudienceSketch, updates } from '../support/updates.ts';
import { type Answer, type Crash, type Fate, places, type Scenario, type Word } from './scenario.ts';

/** What a law wants of its scenarios. */
export interface Wish {
  readonly maxSteps: number;
  readonly maxCrashes: number;
  readonly maxWords: number;
  /** People who have much done again, whenever something happens. */
  readonly meddlers: boolean;
  /** Attempts that succeed, for each that does not. */
  readonly luck: number;
  /** Attempts may end unknown, be lost with the engine, or be performed again. */
  readonly doubt: boolean;
  /** Time passes between two engines. */
  readonly downtime: boolean;
  readonly attaches: boolean;
  /** How many audiences hear at intervals, at most. */
  readonly maxAudiences: number;
}

export const everything: Wish = {
  maxSteps: 40,
  maxCrashes: 8,
  maxWords: 6,
  meddlers: false,
  luck: 2,
  doubt: true,
  downtime: true,
  attaches: true,
  maxAudiences: 3,
};

export function aScenario(wish: Wish): fc.Arbitrary<Scenario> {
  return thePlan(wish).chain((plan) =>
    fc.record({
      plan: fc.constant(plan),
      fates: theFates(plan, wish),
      answers: fc.array(anAnswer, { minLength: 1, maxLength: 4 }),
      words: fc.array(aWord(wish), { maxLength: wish.maxWords, size: 'max' }),
      crashes: fc.array(aCrash(wish), { maxLength: wish.maxCrashes }),
      mode: often<'real' | 'dry-run'>('real', fc.constant('dry-run'), 15),
      together: fc.boolean(),
      attaches: fc.constant(wish.attaches),
      fullAtAppend: often(0, fc.nat(40), 15),
    }),
  );
}

/** `usual` most of the time, else one of `other`. */
function often<T>(usual: T, other: fc.Arbitrary<T>, weight = 4): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
}

const slow = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(1_000, 9_999, 10_000, 40_000, 400_000));

function aFate(wish: Wish): fc.Arbitrary<Fate> {
  const doubtful: readonly Fate['kind'][] = wish.doubt ? ['unknown', 'survives'] : [];
  return fc.record({
    kind: often<Fate['kind']>(
      'success',
      fc.constantFrom('exit', 'exit', 'timeout', 'unprepared', ...doubtful),
      wish.luck,
    ),
    ms: slow,
    verified: often(true, fc.constant(false), 3),
    probe: fc.constantFrom('yes', 'no', 'unknown'),
  });
}

const anAnswer: fc.Arbitrary<Answer> = fc.record({
  say: fc.constantFrom('confirm', 'reject', 'retry', 'skip', 'nothing'),
  ms: slow,
});

const sayings = [
  'stop',
  'pause',
  'resume',
  'resume',
  'reopen',
  'abandon',
  'confirm',
  'reject',
  'retry',
  'skip',
] as const;
const meddling = ['retry', 'retry', 'retry', 'retry', 'confirm', 'reopen'] as const;

const atMs = fc.oneof(fc.nat(200), fc.nat(100_000), fc.nat(3_000_000));

function aWord({ meddlers }: Wish): fc.Arbitrary<Word> {
  return fc.record({
    when: meddlers ? fc.record({ entries: fc.nat(60) }) : fc.record({ atMs }),
    say: fc.constantFrom<Word['say'][]>(...(meddlers ? meddling : sayings)),
    step: fc.nat(60),
    cancels: fc.boolean(),
    urgent: often(false, fc.constant(true)),
  });
}

function aCrash(wish: Wish): fc.Arbitrary<Crash> {
  return fc.record({
    after: fc.integer({ min: 1, max: 40 }),
    tornLines: fc.nat(4),
    loses: wish.doubt ? often(false, fc.constant(true)) : fc.constant(false),
    deadMs: wish.downtime ? often(0, slow, 1) : fc.constant(0),
  });
}

function theFates(plan: Plan, wish: Wish): fc.Arbitrary<Scenario['fates']> {
  const steps = [...everyStep(plan), ...updateSteps(plan)];
  return fc
    .array(fc.array(aFate(wish), { maxLength: 4 }), { minLength: steps.length, maxLength: steps.length })
    .map((fates) =>
      Object.fromEntries(
        steps.map((step, n) => [step.id, (fates[n] ?? []).map((fate, try_) => possible(step, fate, try_))]),
      ),
    );
}

/** A dynamic condition may leave a step out at its first try; a person's step has no fate of its own. */
function possible(step: PlannedStep, fate: Fate, nth: number): Fate {
  if (typeof step.condition === 'string' && nth === 0 && fate.kind !== 'success') return { ...fate, kind: 'excluded' };
  return fate;
}

export function everyStep(plan: Plan): readonly PlannedStep[] {
  return [...phases.map((phase) => plan.phases[phase]), plan.escalate].flatMap(({ steps }) =>
    steps.flatMap((step) => [step, ...step.contingency]),
  );
}

function thePlan(wish: Wish): fc.Arbitrary<Plan> {
  const sizes = fc.array(fc.constantFrom(...places), { minLength: 1, maxLength: wish.maxSteps, size: 'max' });
  return fc
    .record({
      order: sizes,
      steps: fc.array(aSketch(wish), { minLength: wish.maxSteps, maxLength: wish.maxSteps }),
      maxParallel: fc.constantFrom(1, 2, 10),
      width: fc.constantFrom(1, 3, 10),
      validForMs: fc.constantFrom(5, 1_000, 300_000),
      audiences: often<readonly AudienceSketch[]>([], fc.array(anAudience(wish), { maxLength: wish.maxAudiences }), 1),
      alert: fc.constantFrom('with an alert' as const, 'without' as const),
    })
    .map(({ order, steps, maxParallel, width, validForMs, audiences, alert }) => {
      const sketched = Object.fromEntries(places.map((place) => [place, stepsIn(place, order, steps)])) as Record<
        Place,
        readonly PlannedStep[]
      >;
      const plan = aPlan(sketched, { maxParallel, validForMs, withoutHealthChecks: 'there is nothing to check' });
      const widened = Object.fromEntries(
        phases.map((phase) => [phase, { ...plan.phases[phase], maxParallel: width }]),
      ) as unknown as Plan['phases'];
      const told = Object.fromEntries(audiences.map((audience, n) => [`a${n + 1}`, audience]));
      return { ...plan, phases: widened, ...(audiences.length === 0 ? {} : { updates: updates(told, alert) }) };
    });
}

/** Intervals as short as an attempt and as long as a person's answer. */
function anAudience(wish: Wish): fc.Arbitrary<AudienceSketch> {
  return fc.record({
    everyMs: fc.constantFrom(7, 20, 150, 1_000, 60_000),
    fallback: fc.boolean(),
    more: someMore(wish).map(({ retry, repeatable }) => ({ ...(retry && { retry }), repeatable: repeatable ?? false })),
  });
}

interface Sketch {
  readonly needs: readonly number[];
  readonly more: Partial<PlannedStep>;
  readonly contingency: readonly Partial<PlannedStep>[];
  readonly person: boolean;
  readonly condition: boolean | string;
  readonly required: boolean;
}

function aSketch(wish: Wish): fc.Arbitrary<Sketch> {
  return fc.record({
    needs: fc.array(fc.nat(5), { maxLength: 3 }),
    more: someMore(wish),
    contingency: often<readonly Partial<PlannedStep>[]>(
      [],
      fc.array(aContingency(wish), { minLength: 1, maxLength: 2 }),
      2,
    ),
    person: often(false, fc.constant(true), 6),
    condition: often<boolean | string>(true, fc.constantFrom(false, 'params.x'), 6),
    required: often(false, fc.constant(true)),
  });
}

/** Some are a person's work, or turn out not to apply. */
function aContingency(wish: Wish): fc.Arbitrary<Partial<PlannedStep>> {
  const kind = fc.constantFrom<Partial<PlannedStep>[]>(
    ...[{}, {}, {}],
    byHand,
    { condition: false },
    { condition: 'x' },
  );
  return fc.tuple(someMore(wish), kind).map(([more, changes]) => ({ ...more, ...changes }));
}

const byHand = { action: { kind: 'manual', instruction: 'do it' } } as const;

/** Most of what may be done again is what the run went on without. */
const goOn = ['continue', 'continue', 'continue'] as const;

function someMore(wish: Wish): fc.Arbitrary<Partial<PlannedStep>> {
  return fc.record({
    retry: fc.record({
      attempts: fc.integer({ min: 1, max: 3 }),
      delayMs: fc.constantFrom(1, 5_000),
      factor: fc.constantFrom(1, 2),
      maxDelayMs: fc.constant(7_000),
      jitter: fc.boolean(),
      onExitCodes: often<readonly number[] | null>(null, fc.constant([2]), 6),
      onVerify: fc.boolean(),
    }),
    verify: often<PlannedStep['verify']>(null, fc.constant(proof)),
    onUnknown: fc.constantFrom<PlannedStep['onUnknown'][]>('ask', 'probe', 'rerun'),
    onFailure: fc.constantFrom<PlannedStep['onFailure'][]>('stop', 'ask', 'continue', ...(wish.meddlers ? goOn : [])),
    repeatable: wish.doubt ? often(false, fc.constant(true)) : fc.constant(false),
    cancellable: often(true, fc.constant(false), 6),
    answerWithinMs: fc.constantFrom(30_000, 1_800_000),
  });
}

const proof: PlannedStep['verify'] = {
  action: { kind: 'shell', shell: 'sh', text: 'true', source: 'true', bindings: [], cwd: null, env: {}, stdin: null },
  expect: { exitCode: 0, stdout: null, stderr: null },
};

function stepsIn(place: Place, order: readonly Place[], sketches: readonly Sketch[]): readonly PlannedStep[] {
  const mine = order.flatMap((other, n) => (other === place ? [sketches[n]] : [])).filter((s) => s !== undefined);
  return mine.map((sketch, n) => stepOf(place, n, sketch));
}

/** Within the playbook's rules: on the gate's two sides no `continue`, no contingency, no condition asked late. */
function stepOf(place: Place, n: number, sketch: Sketch): PlannedStep {
  const id = `${place}-${n + 1}`;
  const guards = place === 'disable-access' || place === 'health-checks';
  const telling = place === 'notify' || place === 'announce' || place === 'escalate';
  const needs = [...new Set(sketch.needs.filter((back) => back < n).map((back) => `${place}-${n - back}`))];
  const action = sketch.person ? byHand : {};
  const onFailure = guards && sketch.more.onFailure === 'continue' ? 'ask' : sketch.more.onFailure;
  return aStep(place, {
    ...sketch.more,
    ...action,
    id,
    needs,
    onFailure: telling ? 'continue' : (onFailure ?? 'stop'),
    condition: guards && typeof sketch.condition === 'string' ? true : sketch.condition,
    required: place === 'notify' && sketch.required,
    contingency: guards
      ? []
      : sketch.contingency.map((more, k) => aStep(place, { ...more, id: `${id}-instead-${k + 1}`, onFailure: 'stop' })),
  });
}
