/** What people say to a run: whether it can be heard now, and what it makes of the run. */
import type { PlannedStep } from '../plan/plan.ts';
import type { Draft } from './draft.ts';
import { ask, closeWaits, failForGood } from './failure.ts';
import { markSucceeded } from './outcome.ts';
import type { Decision, RunEvent } from './protocol.ts';
import { type Context, isOver, type StepState, type StepStatus, stepState } from './state.ts';

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

function absorbStepDecision(draft: Draft, decision: Extract<DecisionEvent, StepDecision>): void {
  const step = draft.planned(decision.step);
  if (step === undefined) return;
  const { question } = draft.step(step.id);
  if (draft.context.end !== null) reopen(draft, step);
  draft.issue({ do: 'disarm', timer: `answer:${step.id}` });
  draft.issue({ do: 'disarm', timer: `retry:${step.id}` });
  draft.patch(step.id, { question: null, answerBy: null, retryAt: null });
  const why = decision.reason ?? undefined;
  if (decision.type === 'decision.confirm') markSucceeded(draft, step, draft.step(step.id).outputs);
  else if (decision.type === 'decision.reject')
    failForGood(draft, step, `rejected by ${nameOf(decision)}${why === undefined ? '' : `: ${why}`}`);
  else if (decision.type === 'decision.retry') retry(draft, step, question === 'failed' || question === null);
  else skip(draft, step, `skipped by ${nameOf(decision)}${why === undefined ? '' : `: ${why}`}`);
}

export function nameOf(decision: Pick<Decision, 'by'>): string {
  return decision.by.claimed ?? decision.by.sudoUser ?? decision.by.login;
}

/** Again from its first try, its contingencies included. */
function retry(draft: Draft, step: PlannedStep, anew: boolean): void {
  draft.patch(step.id, { status: 'pending', tries: 0, accepted: null, contingency: null });
  if (!anew) return;
  for (const { id } of step.contingency) {
    if (draft.step(id).status !== 'succeeded' && draft.step(id).status !== 'excluded')
      draft.patch(id, { status: 'pending', tries: 0 });
  }
}

function skip(draft: Draft, step: PlannedStep, reason: string): void {
  draft.patch(step.id, { status: 'skipped', reason });
  for (const { id } of step.contingency) {
    if (!isOver(draft.step(id))) draft.patch(id, { status: 'skipped', question: null, answerBy: null, reason });
  }
}

/** The run goes on after a bad end: what was cancelled, or failed for good, is due again; people will be told again. */
function reopen(draft: Draft, named: PlannedStep | undefined): void {
  draft.set({ end: null, exitCode: null, stop: null, failure: null, paused: false, place: 'notify' });
  for (const step of draft.context.plan.escalate.steps) {
    for (const { id } of [step, ...step.contingency]) {
      if (draft.step(id).status !== 'excluded')
        draft.patch(id, { status: 'pending', tries: 0, accepted: null, contingency: null });
    }
  }
  for (const [id, state] of Object.entries(draft.context.steps)) {
    const step = draft.planned(id);
    if (step === undefined || step === named || draft.context.parents.has(id)) continue;
    reopenStep(draft, step, state);
  }
}

function reopenStep(draft: Draft, step: PlannedStep, state: StepState): void {
  const doubtful = step.contingency.find(({ id }) => draft.step(id).status === 'unknown');
  if (doubtful !== undefined) ask(draft, doubtful, 'unknown');
  else if (state.status === 'unknown') ask(draft, step, 'unknown');
  else if (state.status === 'cancelled' || (state.status === 'failed' && state.accepted === null))
    retry(draft, step, true);
}
