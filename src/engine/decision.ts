/** What a decision that can be heard (refusal.ts) makes of the run. */
import type { PlannedStep } from '../plan/plan.ts';
import { isAskedAnew, standingClosings } from './closings.ts';
import type { Draft } from './draft.ts';
import { ask, closeWaits, failForGood } from './failure.ts';
import { forgetSuccesses } from './hosts.ts';
import { markSucceeded } from './outcome.ts';
import type { Decision, RunEvent } from './protocol.ts';
import type { StepState } from './state.ts';
import { scheduleUpdates } from './updates.ts';

type StepDecision = Extract<Decision, { readonly step: string }>;
export type DecisionEvent = Extract<RunEvent, Decision>;

export function absorbDecision(draft: Draft, decision: DecisionEvent): void {
  switch (decision.type) {
    case 'decision.pause':
      return draft.set({ paused: true });
    case 'decision.resume':
      return draft.set({ paused: false });
    case 'decision.stop':
      return stop(draft, decision, decision);
    case 'decision.abandon':
      return stop(draft, decision, { inFlight: 'cancel', urgent: true });
    case 'decision.reopen':
      return reopen(draft, undefined);
    default:
      return absorbStepDecision(draft, decision);
  }
}

interface Manner {
  readonly inFlight: 'finish' | 'cancel';
  readonly urgent: boolean;
}

function stop(draft: Draft, { type, by, reason }: DecisionEvent, { inFlight, urgent }: Manner): void {
  draft.set({ stop: { by, reason, urgent, abandoned: type === 'decision.abandon' }, paused: false });
  closeWaits(draft);
  if (urgent) giveUpRetries(draft);
  if (inFlight === 'finish') return;
  for (const id of draft.context.active) {
    const step = draft.planned(id);
    const state = draft.step(id);
    if (step?.place === 'escalate' || step?.cancellable === false || (step?.place === 'updates' && !urgent)) continue;
    if (state.status !== 'running' && state.status !== 'cancelling') continue;
    draft.patch(id, { status: 'cancelling' });
    draft.issue({ do: 'cancel', step: id, attempt: state.attempt, urgent });
  }
}

/** Who has to leave soon tries each message of the escalation once. */
function giveUpRetries(draft: Draft): void {
  for (const id of draft.context.active) {
    const step = draft.planned(id);
    const { status, reason } = draft.step(id);
    if (step === undefined || status !== 'retrying') continue;
    draft.issue({ do: 'disarm', timer: `retry:${id}` });
    failForGood(draft, step, reason ?? 'there is no time to try again');
  }
}

function absorbStepDecision(draft: Draft, decision: Extract<DecisionEvent, StepDecision>): void {
  const step = draft.planned(decision.step);
  if (step === undefined) return;
  if (draft.context.end !== null) reopen(draft, step);
  endWait(draft, step.id);
  const why = decision.reason ?? undefined;
  if (decision.type === 'decision.confirm') markSucceeded(draft, step, draft.step(step.id).outputs);
  else if (decision.type === 'decision.reject')
    failForGood(draft, step, `rejected by ${nameOf(decision)}${why === undefined ? '' : `: ${why}`}`);
  else if (decision.type === 'decision.retry') retry(draft, step);
  else skip(draft, step, `skipped by ${nameOf(decision)}${why === undefined ? '' : `: ${why}`}`);
}

export function nameOf(decision: Pick<Decision, 'by'>): string {
  return decision.by.claimed ?? decision.by.sudoUser ?? decision.by.login;
}

/** Again from its first try, its contingencies included; but what has succeeded is never done again (P4). */
export function retry(draft: Draft, step: PlannedStep): void {
  for (const { id } of [step, ...step.contingency]) {
    if (draft.step(id).status === 'succeeded' || draft.step(id).status === 'excluded') continue;
    endWait(draft, id);
    draft.patch(id, { status: 'pending', tries: 0, accepted: null, contingency: null });
  }
}

function skip(draft: Draft, step: PlannedStep, reason: string): void {
  draft.patch(step.id, { status: 'skipped', reason });
  for (const { id } of step.contingency) {
    if (draft.step(id).status !== 'pending' && draft.step(id).status !== 'waiting') continue;
    endWait(draft, id);
    draft.patch(id, { status: 'skipped', reason });
  }
}

function endWait(draft: Draft, id: string): void {
  if (draft.step(id).answerBy !== null) draft.issue({ do: 'disarm', timer: `answer:${id}` });
  if (draft.step(id).retryAt !== null) draft.issue({ do: 'disarm', timer: `retry:${id}` });
  draft.patch(id, { question: null, answerBy: null, retryAt: null });
}

/** The run goes on after a bad end: what was cancelled, or failed for good, is due again; people will be told again. */
function reopen(draft: Draft, named: PlannedStep | undefined): void {
  draft.set({ end: null, exitCode: null, stop: null, failure: null, paused: false, place: 'notify' });
  tellAgain(draft);
  scheduleUpdates(draft);
  for (const [id, state] of draft.context.steps.entries()) {
    const step = draft.planned(id);
    if (state.lapses > 0) draft.patch(id, { lapses: 0 });
    if (state.status === 'task') draft.issue({ do: 'ask', step: id, question: 'confirm' });
    if (step === undefined || step === named || draft.context.parents.has(id) || step.place === 'updates') continue;
    reopenStep(draft, step, state);
  }
  proveClosed(draft);
}

/** Each end is told: also by messages that a former end has sent. What a person left out stays left out. */
function tellAgain(draft: Draft): void {
  const { phases, escalate } = draft.context.plan;
  for (const step of [...phases.announce.steps, ...escalate.steps]) {
    for (const { id } of [step, ...step.contingency]) {
      const { status } = draft.step(id);
      if (status === 'excluded' || status === 'skipped') continue;
      const planned = draft.planned(id);
      if (planned !== undefined) forgetSuccesses(draft, planned);
      draft.patch(id, { status: 'pending', tries: 0, accepted: null, contingency: null, question: null });
    }
  }
}

/**
 * P1: after the end somebody may have opened access by hand. Where it can be looked at, that it is closed is proven anew
 * before anything else begins; where it is not closed, it is closed again. A run that has begun to open is past that.
 */
function proveClosed(draft: Draft): void {
  for (const step of standingClosings(draft.context)) {
    const { id } = step;
    if (!isAskedAnew(draft.context, step)) continue;
    draft.patch(id, { status: 'probing' });
    draft.issue({ do: 'probe', step: id, attempt: draft.step(id).attempt });
  }
}

function reopenStep(draft: Draft, step: PlannedStep, state: StepState): void {
  const doubtful = step.contingency.find(({ id }) => draft.step(id).status === 'unknown');
  if (doubtful !== undefined) ask(draft, doubtful, 'unknown');
  else if (state.status === 'unknown') ask(draft, step, 'unknown');
  else if (state.status === 'cancelled' || (state.status === 'failed' && state.accepted === null)) retry(draft, step);
}
