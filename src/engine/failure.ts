/**
 * What follows when an attempt did not succeed: retry, then contingency, then `onFailure` (DESIGN section 4).
 * A telling step never fails the run (P2). While the run is ending nothing is tried again.
 */
import type { PlannedStep } from '../plan/plan.ts';
import type { Draft } from './draft.ts';
import type { FailureClass, Question } from './protocol.ts';
import { retryDelay } from './retry-delay.ts';
import { unstart } from './start.ts';
import { isOptional, type StepState } from './state.ts';
import { leftUntouched } from './touch.ts';

export interface Trouble {
  readonly class: FailureClass | 'timeout';
  readonly exitCode: number | null;
  readonly reason: string;
}

export function attemptFailed(draft: Draft, step: PlannedStep, trouble: Trouble): void {
  const state = draft.step(step.id);
  const mayHaveTouched = state.mayHaveTouched || !leftUntouched(step, state, trouble.class);
  draft.patch(step.id, { trouble: trouble.class, mayHaveTouched });
  if (mayRetry(draft, step, trouble)) retryLater(draft, step, trouble.reason);
  else failForGood(draft, step, trouble.reason);
}

function mayRetry(draft: Draft, step: PlannedStep, trouble: Trouble): boolean {
  if (isEnding(draft, step) || draft.context.mode === 'dry-run') return false;
  if (trouble.class === 'preparation' || trouble.class === 'rejected' || trouble.class === 'unanswered') return false;
  if (trouble.class === 'verify' && !step.retry.onVerify) return false;
  if (trouble.class === 'exit' && step.retry.onExitCodes !== null) {
    if (trouble.exitCode === null || !step.retry.onExitCodes.includes(trouble.exitCode)) return false;
  }
  return draft.step(step.id).tries < step.retry.attempts;
}

/** The run is coming to its end: what is not part of telling so is not tried again. */
export function isEnding(draft: Draft, step: PlannedStep): boolean {
  const { stop, failure } = draft.context;
  if (step.place === 'updates') return draft.context.updatesOver || (stop?.urgent ?? false);
  if (stop === null && failure === null) return false;
  return step.place !== 'escalate' || (stop?.urgent ?? false);
}

function retryLater(draft: Draft, step: PlannedStep, reason: string): void {
  const { tries, attempt } = draft.step(step.id);
  const due = draft.context.now + retryDelay(step.retry, tries, `${draft.context.run}/${step.id}/${attempt}`);
  draft.patch(step.id, { status: 'retrying', retryAt: due, reason });
  draft.issue({ do: 'arm', timer: `retry:${step.id}`, due });
}

/** No more tries: the next contingency, or what the playbook says of a failure. */
export function failForGood(draft: Draft, step: PlannedStep, reason: string): void {
  draft.patch(step.id, { status: 'failed', reason, question: null, answerBy: null, retryAt: null });
  const parent = parentOf(draft, step);
  if (parent === undefined) afterContingencies(draft, step, 0, reason);
  else contingencyPassed(draft, parent, `${step.id}, its contingency, failed too: ${reason}`);
}

/** The contingency that was to help did not: the next one. */
export function contingencyPassed(draft: Draft, parent: PlannedStep, reason: string): void {
  afterContingencies(draft, parent, (draft.step(parent.id).contingency ?? 0) + 1, reason);
}

function afterContingencies(draft: Draft, step: PlannedStep, from: number, reason: string): void {
  const next = step.contingency.findIndex(({ id }, n) => n >= from && draft.step(id).status !== 'excluded');
  if (next !== -1 && !isEnding(draft, step) && draft.context.mode !== 'dry-run') {
    draft.patch(step.id, { contingency: next });
    return;
  }
  const optional = isOptional(draft.context, step) || draft.context.mode === 'dry-run';
  if (optional && isHurried(draft, step)) draft.patch(step.id, { accepted: 'owed' });
  else if (optional || step.onFailure === 'continue') draft.patch(step.id, { accepted: 'continue' });
  else if (step.onFailure === 'ask' && !isEnding(draft, step)) ask(draft, step, 'failed');
  else failRun(draft, step.id, reason);
}

/** There was time for one short try only: the message stays owed (P2), unless nobody is to take the run up again. */
function isHurried(draft: Draft, step: PlannedStep): boolean {
  const { stop, mode } = draft.context;
  if (step.place !== 'escalate' || mode === 'dry-run') return false;
  return stop?.urgent === true && !stop.abandoned;
}

/** The contingency did what its step could not. */
export function contingencySucceeded(draft: Draft, step: PlannedStep): void {
  const parent = parentOf(draft, step);
  if (parent !== undefined) draft.patch(parent.id, { accepted: 'contingency' });
}

export function parentOf(draft: Draft, step: PlannedStep): PlannedStep | undefined {
  const id = draft.context.parents.get(step.id);
  return id === undefined ? undefined : draft.planned(id);
}

export function ask(draft: Draft, step: PlannedStep, question: Question): void {
  const answerBy = draft.context.now + step.answerWithinMs;
  draft.patch(step.id, { status: 'waiting', question, answerBy });
  draft.issue({ do: 'arm', timer: `answer:${step.id}`, due: answerBy });
  draft.issue({ do: 'ask', step: step.id, question });
}

/** The backout cannot go on: nothing new starts, what is in flight ends, then people are told. */
export function failRun(draft: Draft, step: string | null, reason: string): void {
  if (draft.context.failure === null && draft.context.stop === null) draft.set({ failure: { step, reason } });
  closeWaits(draft);
}

const isWaiting = ({ status }: StepState): boolean =>
  status === 'starting' || status === 'retrying' || status === 'waiting';

/** Ends what waits for a time or a person; the steps keep the truth of what they are. */
export function closeWaits(draft: Draft): void {
  for (const [id, { status, question }] of draft.context.steps.where(isWaiting)) {
    const place = draft.planned(id)?.place;
    if (place === 'escalate' || place === 'updates') continue;
    if (status === 'starting') unstart(draft, id);
    else if (status === 'retrying') {
      draft.patch(id, { status: 'failed', retryAt: null });
      draft.issue({ do: 'disarm', timer: `retry:${id}` });
    } else {
      const left = question === 'failed' ? 'failed' : question === 'unknown' ? 'unknown' : 'cancelled';
      draft.patch(id, { status: left, question: null, answerBy: null });
      draft.issue({ do: 'disarm', timer: `answer:${id}` });
    }
  }
}
