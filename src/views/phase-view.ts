/** Phases and steps as the run view shows them. */
import type { FailureClass, Question } from '../engine/protocol.ts';
import type { Context, StepState, StepStatus } from '../engine/state.ts';
import { type PlannedStep, phases, type StepPlace } from '../plan/plan.ts';
import type { AttemptOutcome, AttemptRecord } from './attempt-record.ts';
import { rfc3339 } from './clock-time.ts';
import type { History } from './history.ts';
import { type HostView, hostViews } from './hosts-view.ts';
import type { Ended } from './words.ts';

export type ShownStatus =
  | 'pending'
  | 'running'
  | 'retrying'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  | 'unknown'
  | 'simulated';

export type PhaseStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped';

export interface PhaseView {
  readonly name: StepPlace;
  /** What people call it, where that is not its name. */
  readonly title?: string;
  readonly status: PhaseStatus;
  readonly steps: readonly StepView[];
}

export interface StepView {
  readonly id: string;
  readonly name: string;
  readonly owner: string | null;
  readonly status: ShownStatus;
  readonly attempts: readonly AttemptView[];
  /** The step in whose stead this one is tried. */
  readonly contingencyFor: string | null;
  /** One line on why it is as it is. */
  readonly reason: string | null;
  readonly question: Question | null;
  /** Why a failed step does not hold the run up. */
  readonly accepted: 'contingency' | 'continue' | 'owed' | null;
  readonly tries: { readonly used: number; readonly of: number };
  readonly deadline: string | null;
  readonly retryAt: string | null;
  /** Only where it is done on hosts. */
  readonly hosts?: readonly HostView[];
}

export interface AttemptView {
  readonly n: number;
  /** Null while in flight. */
  readonly outcome: AttemptOutcome | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  readonly class: FailureClass | null;
  readonly reason: string | null;
  readonly lastWords: string | null;
  /** What was done: argv, request, instruction; secrets redacted. */
  readonly does: readonly string[];
  readonly survivors: readonly string[];
  readonly uncovered: string | null;
  readonly late: boolean;
}

const shown: Readonly<Record<StepStatus, ShownStatus>> = {
  pending: 'pending',
  starting: 'running',
  running: 'running',
  cancelling: 'running',
  probing: 'running',
  retrying: 'retrying',
  waiting: 'waiting',
  task: 'waiting',
  succeeded: 'succeeded',
  simulated: 'simulated',
  failed: 'failed',
  unknown: 'unknown',
  cancelled: 'cancelled',
  skipped: 'skipped',
  excluded: 'skipped',
};

/** The six phases, and `escalate` once it has begun. */
export function phaseViews(context: Context, history: History): readonly PhaseView[] {
  const six = phases.map((name) => phaseView(name, context.plan.phases[name].steps, context, history));
  const escalate = phaseView('escalate', context.plan.escalate.steps, context, history);
  const begun = escalate.steps.some(({ status, attempts }) => status !== 'pending' || attempts.length > 0);
  // In a dry run the channels of the regular updates are looked at as steps are.
  const { updates } = context.plan;
  const looked =
    updates === undefined || context.mode !== 'dry-run' ? [] : [phaseView('updates', updates.steps, context, history)];
  return begun ? [...six, ...looked, escalate] : [...six, ...looked];
}

function phaseView(name: StepPlace, steps: readonly PlannedStep[], context: Context, history: History): PhaseView {
  const views = steps.flatMap((step) => [
    stepView(step, null, context, history),
    ...step.contingency
      .map((other) => stepView(other, step.id, context, history))
      .filter(({ status, attempts }) => status !== 'pending' || attempts.length > 0),
  ]);
  return { name, status: phaseStatus(steps, context), steps: views };
}

/** A phase is judged by its own steps: a contingency answers for its parent through `accepted`. */
function phaseStatus(steps: readonly PlannedStep[], { steps: states, end }: Context): PhaseStatus {
  const all = steps.flatMap(({ id }) => states.get(id) ?? []);
  const has = (test: (state: StepState) => boolean) => all.some(test);
  if (all.every(({ status }) => status === 'skipped' || status === 'excluded')) return 'skipped';
  if (all.every(({ status }) => status === 'pending')) return 'pending';
  const unfinished = has(({ status }) => ['pending', 'running', 'retrying', 'waiting'].includes(shown[status]));
  const handedOver = all.every(({ status }) => status === 'task' || !['pending', 'waiting'].includes(shown[status]));
  const helpers = steps.flatMap((step) => step.contingency.flatMap(({ id }) => states.get(id) ?? []));
  if (end === null && (has(isBusy) || helpers.some(isBusy))) return 'running';
  if (has(isBad)) return 'failed';
  if (unfinished && !handedOver) return end === null ? 'running' : 'failed';
  return 'succeeded';
}

function isBusy({ status }: StepState): boolean {
  return status !== 'task' && ['running', 'retrying', 'waiting'].includes(shown[status]);
}

function isBad({ status, accepted }: StepState): boolean {
  if (status === 'failed') return accepted !== 'contingency';
  return status === 'unknown' || status === 'cancelled';
}

function stepView(step: PlannedStep, parent: string | null, context: Context, history: History): StepView {
  const state = context.steps.get(step.id);
  return {
    id: step.id,
    name: step.name,
    owner: step.owner,
    status: state === undefined ? 'pending' : shown[state.status],
    attempts: (history.attempts.get(step.id) ?? []).map((record) => attemptView(closedWith(record, state?.status))),
    contingencyFor: parent,
    reason: state?.reason ?? null,
    // A task is left to people: the run asks nobody.
    question: state?.status === 'task' ? null : (state?.question ?? null),
    accepted: state?.accepted ?? null,
    tries: { used: state?.tries ?? 0, of: step.retry.attempts },
    deadline: state?.deadline == null ? null : rfc3339(state.deadline),
    retryAt: state?.retryAt == null ? null : rfc3339(state.retryAt),
    ...hostViews(step, history.hosts.get(step.id)),
  };
}

/** A wait that the end of the run closed: the step is over, so no attempt of it is in flight. */
function closedWith(record: AttemptRecord, status: StepStatus | undefined): AttemptRecord {
  const over = status === 'cancelled' || status === 'skipped' || status === 'failed';
  return over && record.outcome === null ? { ...record, outcome: 'cancelled' } : record;
}

function attemptView(record: AttemptRecord): AttemptView {
  return {
    n: record.n,
    outcome: record.outcome,
    exitCode: record.end?.exitCode ?? null,
    signal: record.end?.signal ?? null,
    startedAt: rfc3339(record.startedAt),
    endedAt: record.endedAt === null ? null : rfc3339(record.endedAt),
    durationMs: record.end?.durationMs ?? null,
    class: record.class,
    reason: record.end?.reason ?? null,
    lastWords: record.end?.lastWords ?? null,
    does: record.does,
    survivors: record.survivors,
    uncovered: record.uncovered,
    late: record.end?.late ?? false,
  };
}

/** The facts that `outcomeWords` speaks of; null while the attempt is in flight. */
export function endedOf(record: AttemptRecord | undefined): Ended | null {
  return record === undefined ? null : endedView(attemptView(record));
}

export function endedView(attempt: AttemptView): Ended | null {
  return attempt.outcome === null ? null : { ...attempt, outcome: attempt.outcome };
}
