/** What an attempt's events make of its step. */
import type { PlannedStep } from '../plan/plan.ts';
import type { Draft } from './draft.ts';
import { ask, attemptFailed, contingencySucceeded, failForGood, isEnding } from './failure.ts';
import { canReattach, claimHosts, forgetSuccesses, hostsEnded } from './hosts.ts';
import type { AttemptEnd, RunEvent } from './protocol.ts';
import { isOptional } from './state.ts';

/** So many tries at a step whose attempts end unknown are made without asking anybody. */
const maxReruns = 10;

export type AttemptEvent = Extract<RunEvent, { readonly attempt: number }>;

export function absorbAttempt(draft: Draft, step: PlannedStep, event: AttemptEvent): void {
  switch (event.type) {
    case 'step.started':
      return started(draft, step, event);
    case 'step.performed':
      return performed(draft, step, event.end);
    case 'step.succeeded':
      return succeeded(draft, step, event.end);
    case 'step.simulated':
      draft.patch(step.id, { status: 'simulated', outputs: event.end.outputs, reason: event.uncovered });
      return;
    case 'step.hosts-ended':
      return hostsEnded(draft, step, event);
    case 'step.failed':
      if (event.class === 'verify' || step.place === 'health-checks') forgetSuccesses(draft, step);
      return attemptFailed(draft, step, {
        class: event.class,
        exitCode: event.end.exitCode,
        reason: event.end.reason ?? event.class,
      });
    case 'step.timed-out':
      return attemptFailed(draft, step, { class: 'timeout', exitCode: null, reason: event.end.reason ?? 'timed out' });
    case 'step.cancelled':
      return cancelled(draft, step, event.end.reason ?? 'cancelled');
    case 'step.unknown':
      return unknown(draft, step, event);
    case 'step.probed':
      return probed(draft, step, event.answer, event.detail);
  }
}

function started(draft: Draft, step: PlannedStep, event: Extract<RunEvent, { readonly type: 'step.started' }>): void {
  if (step.place === 'restore') draft.set({ restores: draft.context.restores + 1 });
  if (step.place === 'enable-access') forgetLapses(draft);
  draft.patch(step.id, {
    status: 'running',
    restoresBefore: draft.context.restores,
    begunAt: draft.context.now,
    attempt: event.attempt,
    key: event.key,
    deadline: event.deadline,
    stage: 'action',
  });
  claimHosts(draft, step, event.attempt);
  if (step.action.kind !== 'manual' || draft.context.mode === 'dry-run') carryOut(draft, step);
  else if (isOptional(draft.context, step)) handOver(draft, step);
  else ask(draft, step, 'confirm');
}

/** The checks were all fresh at once: only lapses without an opening step in between show that they cannot be. */
function forgetLapses(draft: Draft): void {
  for (const { id } of draft.phase('health-checks').steps)
    if (draft.step(id).lapses > 0) draft.patch(id, { lapses: 0 });
}

function carryOut(draft: Draft, step: PlannedStep): void {
  const { attempt, stage } = draft.step(step.id);
  draft.issue({ do: 'carry-out', step: step.id, attempt, stage });
}

/** A person step in a telling phase is a task, not a gate. */
function handOver(draft: Draft, step: PlannedStep): void {
  draft.patch(step.id, { status: 'task', question: 'confirm' });
  contingencySucceeded(draft, step);
  draft.issue({ do: 'ask', step: step.id, question: 'confirm' });
}

/** A stop that came while the action ended well leaves nothing to cancel: what is done stays unproven. */
function performed(draft: Draft, step: PlannedStep, end: AttemptEnd): void {
  draft.patch(step.id, { stage: 'verify', outputs: end.outputs });
  if (draft.step(step.id).status === 'running') carryOut(draft, step);
  else cancelled(draft, step, 'its action is done; a stop came before its verification');
}

/** What nobody stopped and was cancelled all the same has failed. */
function cancelled(draft: Draft, step: PlannedStep, reason: string): void {
  draft.patch(step.id, { mayHaveTouched: true });
  // Its action is done, so it may not simply be done again when the run is reopened (P4).
  const status = draft.step(step.id).stage === 'verify' ? 'unknown' : 'cancelled';
  if (isEnding(draft, step) && step.place !== 'escalate') draft.patch(step.id, { status, reason });
  else failForGood(draft, step, reason);
}

function succeeded(draft: Draft, step: PlannedStep, end: AttemptEnd): void {
  const outputs = { ...draft.step(step.id).outputs, ...end.outputs };
  markSucceeded(draft, step, outputs);
}

export function markSucceeded(draft: Draft, step: PlannedStep, outputs: { readonly [key: string]: string }): void {
  draft.patch(step.id, {
    status: 'succeeded',
    mayHaveTouched: true,
    outputs,
    passedAt: draft.context.now,
    reason: null,
    question: null,
    answerBy: null,
  });
  contingencySucceeded(draft, step);
}

function unknown(draft: Draft, step: PlannedStep, event: Extract<RunEvent, { readonly type: 'step.unknown' }>): void {
  const reason = event.end.reason ?? 'its end was not seen';
  draft.patch(step.id, { status: 'unknown', reason, mayHaveTouched: true });
  if (isOptional(draft.context, step) || draft.context.mode === 'dry-run') return failForGood(draft, step, reason);
  if (isEnding(draft, step)) return;
  if (canReattach(step, draft.step(step.id), event.survivors)) rerun(draft, step, reason);
  else if (step.onUnknown === 'probe') probe(draft, step);
  else if (step.onUnknown === 'rerun' && event.survivors.length === 0) rerun(draft, step, reason);
  else ask(draft, step, 'unknown');
}

/** Again, without a person; but what ends unknown time after time is for a person to look at. */
function rerun(draft: Draft, step: PlannedStep, reason: string): void {
  if (draft.step(step.id).tries < maxReruns) draft.patch(step.id, { status: 'pending', reason });
  else ask(draft, step, 'unknown');
}

function probe(draft: Draft, step: PlannedStep): void {
  draft.patch(step.id, { status: 'probing' });
  draft.issue({ do: 'probe', step: step.id, attempt: draft.step(step.id).attempt });
}

/** "No" means that the effect is not in place and nothing of the attempt lives: it may be done again. */
function probed(draft: Draft, step: PlannedStep, answer: 'yes' | 'no' | 'unknown', detail: string): void {
  const { outputs, passedAt } = draft.step(step.id);
  // A closing step of a reopened run (P1), which is asked again whether it still holds.
  const again = step.place === 'disable-access' && passedAt !== null;
  if (again && answer === 'no') draft.patch(step.id, { passedAt: null });
  if (answer === 'yes' || (again && answer === 'unknown' && step.verify === null)) markSucceeded(draft, step, outputs);
  else if (isEnding(draft, step)) draft.patch(step.id, { status: 'unknown', reason: detail });
  else if (answer === 'no') rerun(draft, step, detail);
  else ask(draft, step, 'unknown');
}
