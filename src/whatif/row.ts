/** What an imagined run comes to, for people: how it ends, what is true then, who knows, who must act. */
import type { RunEnd, Truth } from '../engine/protocol.ts';
import { type Context, isTelling, type StepState, stepState } from '../engine/state.ts';
import { truthOf } from '../engine/truth.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { audienceOf } from './audience.ts';
import type { Case, Failure, FailureKind } from './failure.ts';
import type { Outcome } from './walk.ts';

export interface Told {
  readonly step: string;
  readonly place: PlannedStep['place'];
  /** Whom, as far as the plan shows it. */
  readonly to: string;
}

export type Duty =
  /** The engine has died: somebody takes the run up. */
  | 'resume'
  /** Asked while the run lasts: it waits for them. */
  | 'confirm'
  | 'decide-failed'
  | 'decide-unknown'
  /** After the end. */
  | 'repair'
  | 'find-out'
  /** A message that was not delivered is to be said by hand. */
  | 'tell'
  /** A task that the run handed over. */
  | 'task'
  /** It hangs, and nothing ends it but a person. */
  | 'end-it';

export interface MustAct {
  readonly duty: Duty;
  readonly step: string | null;
  /** A role's key or free text; null: the playbook names nobody. */
  readonly owner: string | null;
  readonly person: string | null;
  readonly contact: string | null;
  readonly deputy: string | null;
  /** Milliseconds that they have before the run goes on without them; null: no limit. */
  readonly withinMs: number | null;
}

export interface Row {
  /** Null: the run in which nothing goes wrong. */
  readonly step: string | null;
  readonly failure: FailureKind | null;
  /** What goes wrong besides: what makes the step be tried at all, or the other one of a pair. */
  readonly also: readonly Failure[];
  /** `waits`: it comes to no end by itself. */
  readonly end: RunEnd | 'waits';
  readonly exitCode: number | null;
  readonly truth: Truth;
  readonly told: readonly Told[];
  /** Steps that an `if` which was asked during the run left out. */
  readonly leftOut: readonly string[];
  readonly mustAct: readonly MustAct[];
  /** Milliseconds from the begin to the end, or until nothing moves any more. */
  readonly elapsed: number;
}

export function rowOf(happened: Case | null, outcome: Outcome): Row {
  const { context, elapsed } = outcome;
  return {
    step: happened?.step ?? null,
    failure: happened?.kind ?? null,
    also: happened?.also ?? [],
    end: context.end ?? 'waits',
    exitCode: context.exitCode,
    truth: truthOf(context),
    told: toldIn(context, happened),
    leftOut: leftOutIn(context),
    mustAct: mustActIn(outcome),
    elapsed: Math.round(elapsed),
  };
}

function toldIn(context: Context, happened: Case | null): readonly Told[] {
  const silent = new Set(
    [...(happened === null ? [] : [happened]), ...(happened?.also ?? [])]
      .filter(({ step, kind }) => kind === 'nobody-answers' && stepState(context, step).status === 'task')
      .map(({ step }) => step),
  );
  const told: Told[] = [];
  for (const step of context.index.values()) {
    if (step.place === 'updates' || !isTelling(step.place) || silent.has(step.id)) continue;
    const { status } = stepState(context, step.id);
    if (status === 'succeeded' || status === 'task') told.push(toldBy(step));
  }
  return told;
}

/** Thousands of rows share them. */
const knownTold = new WeakMap<PlannedStep, Told>();

function toldBy(step: PlannedStep): Told {
  const told = knownTold.get(step) ?? { step: step.id, place: step.place, to: audienceOf(step) };
  knownTold.set(step, told);
  return told;
}

const nothing: readonly string[] = [];

function leftOutIn({ steps, index }: Context): readonly string[] {
  const found = steps.where(({ status }) => status === 'excluded').map(([id]) => id);
  return found.length === 0 ? nothing : found.filter((id) => index.get(id)?.condition !== false);
}

/** A question that nobody has answered is over when the run has ended: what is left then is to put things right. */
function mustActIn({ context, asked, engineDied }: Outcome): readonly MustAct[] {
  const duties: MustAct[] = [];
  const add = (duty: Duty, id: string | null, withinMs: number | null = null): void => {
    const step = id === null ? undefined : context.index.get(id);
    const { owner, person, contact, deputy } = ownerOf(context, step);
    duties.push({ duty, step: id, owner, person, contact, deputy, withinMs });
  };
  if (engineDied) add('resume', null);
  const heard = asked.filter(({ answered }) => answered || context.end === null);
  for (const { step, question, withinMs } of heard)
    add(question === 'confirm' ? 'confirm' : `decide-${question}`, step, withinMs);
  const wereAsked = new Set(heard.map(({ step }) => step));
  for (const [id, state] of context.steps.where(isLeftUndone)) {
    const duty = dutyLeft(context, id, state);
    if (duty !== undefined && !wereAsked.has(id)) add(duty, id);
  }
  return duties;
}

/** Of most steps nothing is left to anybody. */
function isLeftUndone({ status }: StepState): boolean {
  switch (status) {
    case 'task':
    case 'running':
    case 'cancelling':
    case 'unknown':
    case 'failed':
      return true;
    default:
      return false;
  }
}

function dutyLeft(context: Context, id: string, state: StepState): Duty | undefined {
  const step = context.index.get(id);
  if (step === undefined) return undefined;
  if (state.status === 'task') return 'task';
  if (state.status === 'running' || state.status === 'cancelling') return context.end === null ? 'end-it' : 'find-out';
  if (state.status === 'unknown') return 'find-out';
  if (state.status !== 'failed' || context.parents.has(id)) return undefined;
  if (state.accepted === 'contingency') return undefined;
  if (isTelling(step.place)) return 'tell';
  return 'repair';
}

function ownerOf(context: Context, step: PlannedStep | undefined) {
  const head = step === undefined ? undefined : (context.index.get(context.parents.get(step.id) ?? '') ?? step);
  const owner = step?.owner ?? head?.owner ?? null;
  const role = owner === null || !Object.hasOwn(context.plan.roles, owner) ? undefined : context.plan.roles[owner];
  return {
    owner,
    person: role?.name ?? null,
    contact: role?.contact ?? null,
    deputy: role?.deputy ?? null,
  };
}
