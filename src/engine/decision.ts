/** What people say to a run: whether it can be heard now, and what it makes of the run. */
import type { PlannedStep } from '../plan/plan.ts';
import type { Draft } from './draft.ts';
import { ask, closeWaits, failForGood } from './failure.ts';
import { markSucceeded } from './outcome.ts';
import type { Decision, RunEvent } from './protocol.ts';
import { type Context, type StepState, type StepStatus, stepState } from './state.ts';
import { isUnderWay } from './step-state.ts';

type StepDecision = Extract<Decision, { readonly step: string }>;
export type DecisionEvent = Extract<RunEvent, Decision>;

/** Why the decision cannot be heard now, in words for the person; undefined when it can. */
export function refusal(context: Context, decision: Decision): string | undefined {
  if ('step' in decision) return refusalOfStep(context, decision);
  const ended = context.end !== null;
  switch (decision.type) {
    case 'decision.reopen':
      return ended && mayReopen(context) ? undefined : notReopenable(context);
    case 'decision.pause':
      if (ended) return `the run has ended (${context.end})`;
      return context.paused
        ? 'the run is already paused'
        : isStopping(context)
          ? 'the run is already ending'
          : undefined;
    case 'decision.resume':
      if (ended) return `the run has ended (${context.end})`;
      return context.paused ? undefined : 'the run is not paused';
    case 'decision.stop':
      if (ended) return `the run has ended (${context.end})`;
      return stopAddsNothing(context, decision) ? 'the run is already stopping' : undefined;
    case 'decision.abandon':
      return ended ? `the run has ended (${context.end})` : undefined;
  }
}

function isStopping(context: Context): boolean {
  return context.stop !== null || context.failure !== null;
}

function stopAddsNothing(context: Context, stop: Extract<Decision, { readonly type: 'decision.stop' }>): boolean {
  if (context.stop === null) return false;
  const cancels =
    stop.inFlight === 'cancel' && context.active.some((id) => stepState(context, id).status === 'running');
  return !cancels && (context.stop.urgent || !stop.urgent);
}

export function mayReopen(context: Context): boolean {
  return context.mode === 'real' && (context.end === 'failed' || context.end === 'stopped');
}

function notReopenable(context: Context): string {
  if (context.end === null) return 'the run has not ended: there is nothing to reopen';
  return `the run has ended ${context.end}: only a run that failed or was stopped can be reopened`;
}

const answerable: Readonly<Record<StepDecision['type'], readonly StepStatus[]>> = {
  'decision.confirm': ['waiting', 'task', 'unknown'],
  'decision.reject': ['waiting'],
  'decision.retry': ['waiting', 'failed', 'unknown', 'cancelled', 'retrying'],
  'decision.skip': ['waiting', 'failed', 'unknown', 'cancelled', 'retrying', 'pending', 'task'],
};

function refusalOfStep(context: Context, decision: StepDecision): string | undefined {
  if (!context.index.has(decision.step)) {
    return `the plan has no step "${decision.step}"; it has: ${[...context.index.keys()].slice(0, 40).join(', ')}`;
  }
  if (context.end !== null && !mayReopen(context)) return notReopenable(context);
  if (context.end === null && isStopping(context)) return 'the run is ending: wait for its end, then decide';
  const state = stepState(context, decision.step);
  const parent = context.parents.get(decision.step);
  if (parent !== undefined && isForItsStep(decision, state))
    return `${decision.step} is a contingency: say it of its step, ${parent}`;
  if (context.end !== null && isOnlyTold(context, decision.step, state))
    return `the run has ended (${context.end}), and ${decision.step} belongs to that end: what reopens the run is a decision about another step`;
  if (state.status === 'failed' && state.accepted === 'contingency')
    return `${decision.step} failed, and its contingency has done its work`;
  if (!answerable[decision.type].includes(state.status)) return `${decision.step} is ${state.status}`;
  if (decision.type === 'decision.reject' && state.question !== 'confirm')
    return `${decision.step} does not ask to be confirmed`;
  if (decision.type === 'decision.confirm' && state.question === 'failed') {
    return `${decision.step} failed: retry it, or skip it with a reason`;
  }
  if (decision.type === 'decision.retry' && state.question === 'confirm')
    return `${decision.step} waits to be confirmed`;
  return refusalForContingency(context, decision);
}

/** To confirm a call, or to leave a message out, must not set a run in motion again that has ended. */
function isOnlyTold(context: Context, id: string, { status }: StepState): boolean {
  return status === 'task' || context.index.get(id)?.place === 'escalate';
}

/** P4: nothing is done again, or left behind, while what stands in for it lives or may live. */
function refusalForContingency(context: Context, { type, step }: StepDecision): string | undefined {
  if (type !== 'decision.retry' && type !== 'decision.skip') return undefined;
  for (const { id } of context.index.get(step)?.contingency ?? []) {
    const state = stepState(context, id);
    if (isUnderWay(state)) return `${id}, its contingency, is ${state.status}: wait for its end, or stop the run`;
    const doubtful = state.status === 'unknown' || state.question === 'unknown';
    if (doubtful && type === 'decision.retry') return `${id}, its contingency, ended unknown: decide about ${id} first`;
  }
  return undefined;
}

/** Skipping a contingency, or trying one again that is past, is a decision about the step that it stands in for. */
function isForItsStep(decision: StepDecision, state: StepState): boolean {
  if (decision.type === 'decision.skip') return true;
  return decision.type === 'decision.retry' && state.status !== 'waiting' && state.status !== 'retrying';
}

export function absorbDecision(draft: Draft, decision: DecisionEvent): void {
  switch (decision.type) {
    case 'decision.pause':
      return draft.set({ paused: true });
    case 'decision.resume':
      return draft.set({ paused: false });
    case 'decision.stop':
      return stop(draft, decision, decision.inFlight, decision.urgent);
    case 'decision.abandon':
      return stop(draft, decision, 'cancel', true);
    case 'decision.reopen':
      return reopen(draft, undefined);
    default:
      return absorbStepDecision(draft, decision);
  }
}

function stop(draft: Draft, decision: DecisionEvent, inFlight: 'finish' | 'cancel', urgent: boolean): void {
  draft.set({ stop: { by: decision.by, reason: decision.reason, urgent }, paused: false });
  closeWaits(draft);
  if (urgent) giveUpRetries(draft);
  if (inFlight === 'finish') return;
  for (const id of draft.context.active) {
    const step = draft.planned(id);
    const state = draft.step(id);
    if (step?.place === 'escalate' || step?.cancellable === false) continue;
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
function retry(draft: Draft, step: PlannedStep): void {
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
  for (const [id, state] of draft.context.steps.entries()) {
    const step = draft.planned(id);
    if (state.lapses > 0) draft.patch(id, { lapses: 0 });
    if (state.status === 'task') draft.issue({ do: 'ask', step: id, question: 'confirm' });
    if (step === undefined || step === named || draft.context.parents.has(id)) continue;
    reopenStep(draft, step, state);
  }
}

/** Each end is told: also by messages that a former end has sent. What a person left out stays left out. */
function tellAgain(draft: Draft): void {
  const { phases, escalate } = draft.context.plan;
  for (const step of [...phases.announce.steps, ...escalate.steps]) {
    for (const { id } of [step, ...step.contingency]) {
      const { status } = draft.step(id);
      if (status === 'excluded' || status === 'skipped') continue;
      draft.patch(id, { status: 'pending', tries: 0, accepted: null, contingency: null, question: null });
    }
  }
}

function reopenStep(draft: Draft, step: PlannedStep, state: StepState): void {
  const doubtful = step.contingency.find(({ id }) => draft.step(id).status === 'unknown');
  if (doubtful !== undefined) ask(draft, doubtful, 'unknown');
  else if (state.status === 'unknown') ask(draft, step, 'unknown');
  else if (state.status === 'cancelled' || (state.status === 'failed' && state.accepted === null)) retry(draft, step);
}
