/** Everything that can go wrong with a step, one at a time: what `whatif` walks through. */
import { isTelling } from '../engine/state.ts';
import { allSteps, type Plan, type PlannedStep } from '../plan/plan.ts';

export const failureKinds = [
  /** Every try fails (exit code 1; a check measures badly); a person says that it cannot be done. */
  'fails',
  /** It fails, a person is asked what to do, and nobody answers. */
  'fails-nobody-answers',
  /** Every try takes longer than its timeout. */
  'times-out',
  /** It has no timeout, and never ends. */
  'hangs',
  /** It was begun, its end was not seen, and a probe does not know either. */
  'unknown',
  /** The same; a person is asked, and nobody answers. */
  'unknown-nobody-answers',
  /** A person step that nobody answers. */
  'nobody-answers',
  /** The engine dies with the intent on disk and nothing begun. */
  'engine-dies-before',
  /** The engine dies half-way; a process lives on. */
  'engine-dies-during',
  /** The engine dies when the work is done and its result is not recorded. */
  'engine-dies-after',
] as const;

export type FailureKind = (typeof failureKinds)[number];

export interface Failure {
  readonly step: string;
  readonly kind: FailureKind;
}

/** One failure, with what must go wrong before it can happen at all (a contingency is tried only after its step). */
export interface Case extends Failure {
  readonly also: readonly Failure[];
}

/** Every single failure of the six phases, in the plan's order. Those of `escalate` need a run that has failed. */
export function casesOf(plan: Plan): readonly Case[] {
  const cases: Case[] = [];
  for (const step of allSteps(plan)) {
    if (step.condition === false || step.place === 'escalate') continue;
    const before = failuresBefore(plan, step);
    if (before !== undefined) cases.push(...kindsOf(plan, step).map((kind) => ({ step: step.id, kind, also: before })));
  }
  return cases;
}

/** The failures of the escalation, each after `cause`, which makes the run fail. */
export function escalationCases(plan: Plan, cause: readonly Failure[]): readonly Case[] {
  const steps = plan.escalate.steps.flatMap((step) => [step, ...step.contingency]);
  return steps.flatMap((step) => {
    const before = failuresBefore(plan, step);
    if (step.condition === false || before === undefined) return [];
    return kindsOf(plan, step).map((kind) => ({ step: step.id, kind, also: [...cause, ...before] }));
  });
}

export function kindsOf(plan: Plan, step: PlannedStep): readonly FailureKind[] {
  const head = headOf(plan, step);
  const optional = isTelling(head.place) && !head.required;
  if (step.action.kind === 'manual')
    return optional ? ['nobody-answers'] : ['fails', 'nobody-answers', 'engine-dies-during'];
  const isLast = (head === step ? head.contingency.length === 0 : head.contingency.at(-1)?.id === step.id) && !optional;
  return [
    'fails',
    ...(isLast && head.onFailure === 'ask' ? (['fails-nobody-answers'] as const) : []),
    step.timeoutMs === null ? 'hangs' : 'times-out',
    'unknown',
    ...(optional || step.onUnknown === 'rerun' ? [] : (['unknown-nobody-answers'] as const)),
    'engine-dies-before',
    'engine-dies-during',
    'engine-dies-after',
  ];
}

/** The step that it stands in for, or itself. */
export function headOf(plan: Plan, step: PlannedStep): PlannedStep {
  const heads = headsOf.get(plan) ?? headsIn(plan);
  headsOf.set(plan, heads);
  return heads.get(step) ?? step;
}

/** Of a plan's contingencies, what they stand in for. */
const headsOf = new WeakMap<Plan, ReadonlyMap<PlannedStep, PlannedStep>>();

function headsIn(plan: Plan): ReadonlyMap<PlannedStep, PlannedStep> {
  const heads = [...allSteps(plan)].flatMap((head) => head.contingency.map((step) => [step, head] as const));
  return new Map(heads);
}

/** What must have failed before the step is tried; undefined where nothing can make it be tried. */
function failuresBefore(plan: Plan, step: PlannedStep): readonly Failure[] | undefined {
  const head = headOf(plan, step);
  if (head === step) return [];
  if (head.condition === false) return undefined;
  const earlier = head.contingency.slice(0, head.contingency.indexOf(step));
  return [head, ...earlier]
    .filter(({ condition }) => condition !== false)
    .map(({ id, action, place, required }) => ({
      step: id,
      // A task that was handed over never fails, so nothing stands in for it; a gate is rejected.
      kind: action.kind === 'manual' && isTelling(place) && !required ? 'nobody-answers' : 'fails',
    }));
}
