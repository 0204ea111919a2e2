/** Whether a person's decision can be heard now, and in words why not. */
import { leftOnHosts } from './hosts.ts';
import type { Decision } from './protocol.ts';
import { type Context, type StepState, type StepStatus, stepState } from './state.ts';
import { isUnderWay } from './step-state.ts';

type StepDecision = Extract<Decision, { readonly step: string }>;

/** Why the decision cannot be heard now, in words for the person; undefined when it can. */
export function refusal(context: Context, decision: Decision): string | undefined {
  if ('step' in decision) return refusalOfStep(context, decision);
  const ended = context.end !== null;
  if (ended && context.plan.onlyTells !== undefined) return nothingToGoOnWith(context.plan.onlyTells);
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

const nothingToGoOnWith = (change: string): string =>
  `the run told people that ${change} could not be taken back, and has nothing to go on with: backout run --change ${change}`;

function isStopping(context: Context): boolean {
  return context.stop !== null || context.failure !== null;
}

function stopAddsNothing(context: Context, stop: Extract<Decision, { readonly type: 'decision.stop' }>): boolean {
  if (context.stop === null) return false;
  const cancels =
    stop.inFlight === 'cancel' && context.active.some((id) => stepState(context, id).status === 'running');
  return !cancels && leftOnHosts(context).length === 0 && (context.stop.urgent || !stop.urgent);
}

function mayReopen(context: Context): boolean {
  return context.mode === 'real' && (context.end === 'failed' || context.end === 'stopped');
}

function notReopenable(context: Context): string {
  if (context.end === null) return 'the run has not ended: there is nothing to reopen';
  if (context.mode === 'rehearsal')
    return `the rehearsal has ended ${context.end}, and its evidence stands: rehearse again`;
  return `the run has ended ${context.end}: only a run that failed or was stopped can be reopened`;
}

const answerable: Readonly<Record<StepDecision['type'], readonly StepStatus[]>> = {
  'decision.confirm': ['waiting', 'task', 'unknown'],
  'decision.reject': ['waiting'],
  'decision.retry': ['waiting', 'failed', 'unknown', 'cancelled', 'retrying'],
  'decision.skip': ['waiting', 'failed', 'unknown', 'cancelled', 'retrying', 'pending', 'task'],
};

const standing: Readonly<Record<StepStatus, string>> = {
  pending: 'has not begun',
  starting: 'is being started',
  running: 'is running: wait for its end, or stop the run',
  cancelling: 'is being ended: wait for its end',
  probing: 'ended unknown, and is being looked at: wait for the answer',
  retrying: 'waits for its next try',
  waiting: 'waits for a person',
  task: 'was handed to a person',
  succeeded: 'has succeeded, and is not done again',
  simulated: 'was simulated',
  failed: 'has failed',
  unknown: 'ended unknown',
  cancelled: 'was cancelled',
  skipped: 'was left out',
  excluded: 'does not apply',
};

function refusalOfStep(context: Context, decision: StepDecision): string | undefined {
  if (!context.index.has(decision.step)) {
    return `the plan has no step "${decision.step}"; it has: ${[...context.index.keys()].slice(0, 40).join(', ')}`;
  }
  if (context.index.get(decision.step)?.place === 'updates')
    return `${decision.step} is a regular update: it is sent by itself, and tried again when it is next due`;
  if (context.end !== null && context.plan.onlyTells !== undefined) return nothingToGoOnWith(context.plan.onlyTells);
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
  if (!answerable[decision.type].includes(state.status)) return `${decision.step} ${standing[state.status]}`;
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
