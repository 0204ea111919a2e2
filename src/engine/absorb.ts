/** One event into the context: what is heard (`accepts`), and what becomes of it (`absorb`). Pure; knows no clock. */
import { leftOutGates } from '../plan/left-out-gates.ts';
import { absorbDecision, type DecisionEvent, retry } from './decision.ts';
import type { Draft } from './draft.ts';
import { contingencyPassed, failForGood, failRun, parentOf } from './failure.ts';
import { leftOnHosts } from './hosts.ts';
import { type AttemptEvent, absorbAttempt } from './outcome.ts';
import { owedMessages } from './place-over.ts';
import type { RunEvent } from './protocol.ts';
import { refusal } from './refusal.ts';
import { start, startDue, unstart } from './start.ts';
import { type Context, stepState } from './state.ts';
import {
  beginUpdate,
  endUpdates,
  isUpdateDue,
  isUpdateOverdue,
  keepUpdates,
  passOver,
  scheduleUpdates,
} from './updates.ts';

/** Whether the event means anything to a run in this state; what does not is ignored, and not appended. */
export function accepts(context: Context, event: RunEvent): boolean {
  if ('attempt' in event) return acceptsAttempt(context, event);
  if (isDecision(event)) return refusal(context, event) === undefined;
  switch (event.type) {
    case 'run.began':
      return context.run === '';
    case 'timer.fired':
      return acceptsTimer(context, event.timer, event.at);
    case 'step.excluded':
      return stepState(context, event.step).status === 'starting';
    case 'deadline.extended':
      return stepState(context, event.step).status === 'running';
    case 'budget.spent':
      return context.end === null && context.budgetSpent < event.percent;
    case 'disk.filled':
      return context.end === null;
    case 'engine.attached':
    case 'engine.left':
    case 'run.ended':
      return context.end === null;
  }
}

function isDecision(event: RunEvent): event is DecisionEvent {
  return event.type.startsWith('decision.');
}

function acceptsAttempt(context: Context, event: AttemptEvent): boolean {
  const step = context.steps.get(event.step);
  if (step === undefined || step.attempt !== event.attempt) return false;
  switch (event.type) {
    case 'step.started':
      return step.status === 'starting';
    case 'step.probed':
      return step.status === 'probing';
    case 'step.performed':
      return step.stage === 'action' && (step.status === 'running' || step.status === 'cancelling');
    case 'step.failed':
      return (
        step.status === 'running' ||
        step.status === 'cancelling' ||
        (event.class === 'preparation' && step.status === 'starting')
      );
    default:
      return step.status === 'running' || step.status === 'cancelling';
  }
}

/** A timer may be a little early; one that is more so was armed for an older wait. */
const earlyMs = 1_000;

function acceptsTimer(context: Context, timer: string, at: number): boolean {
  if (timer === 'notify-hold') return holdsForNotify(context) && isDue(context.notifyHold, at);
  const [kind, id] = split(timer);
  if (kind === 'update') return isUpdateDue(context, id) && isDue(context.updates.get(id)?.due ?? null, at);
  if (kind === 'overdue') return isUpdateOverdue(context, id) && isDue(context.updates.get(id)?.overdueAt ?? null, at);
  const { status, retryAt, answerBy } = stepState(context, id);
  return kind === 'retry' ? status === 'retrying' && isDue(retryAt, at) : status === 'waiting' && isDue(answerBy, at);
}

function holdsForNotify(context: Context): boolean {
  return context.place === 'notify' && !context.notifyReleased && context.end === null;
}

function isDue(due: number | null, at: number): boolean {
  return due !== null && at + earlyMs >= due;
}

function split(timer: string): [kind: string, step: string] {
  const colon = timer.indexOf(':');
  return [timer.slice(0, colon), timer.slice(colon + 1)];
}

/** Takes the event in, and starts what is due within the phase. */
export function absorb(draft: Draft, event: RunEvent): void {
  draft.set({ now: Math.max(draft.context.now, event.at) });
  apply(draft, event);
  keepUpdates(draft);
  if (draft.mayMakeDue) startDue(draft);
}

function apply(draft: Draft, event: RunEvent): void {
  if (isDecision(event)) return absorbDecision(draft, event);
  if ('attempt' in event) {
    const step = draft.planned(event.step);
    if (step !== undefined) absorbAttempt(draft, step, event);
    return;
  }
  switch (event.type) {
    case 'run.began':
      return began(draft, event);
    case 'engine.attached':
      return attached(draft, event);
    case 'engine.left':
      return draft.set({ left: true });
    case 'step.excluded':
      return excluded(draft, event.step, event.because);
    case 'deadline.extended':
      return draft.patch(event.step, { deadline: event.deadline });
    case 'timer.fired':
      return fired(draft, event.timer);
    case 'budget.spent':
      return draft.set({ budgetSpent: event.percent });
    case 'disk.filled':
      // What room is left is for the end.
      endUpdates(draft);
      return failRun(draft, null, event.detail);
    case 'run.ended':
      return draft.set({ end: event.end, exitCode: event.exitCode });
  }
}

function began(draft: Draft, { run, mode, at }: Extract<RunEvent, { readonly type: 'run.began' }>): void {
  draft.set({ run, mode, engines: 1, beganAt: at });
  scheduleUpdates(draft);
}

/** A contingency that is left out helps no more than one that failed. */
function excluded(draft: Draft, id: string, because: string): void {
  const step = draft.planned(id);
  if (step === undefined) return;
  unstart(draft, id);
  draft.patch(id, { status: 'excluded', reason: because });
  const parent = parentOf(draft, step);
  if (parent !== undefined) contingencyPassed(draft, parent, `${id}, its contingency, was left out: ${because}`);
  failWithoutGate(draft, id);
}

/** P1: as when a plan is made, a gate of which every step turns out to be left out lets nothing pass. */
function failWithoutGate(draft: Draft, id: string): void {
  const { plan } = draft.context;
  const place = draft.planned(id)?.place;
  const gate = leftOutGates(plan, (step) => draft.step(step.id).status === 'excluded').find((each) => each === place);
  if (gate !== undefined) failRun(draft, id, `every step of ${gate} was left out`);
}

/**
 * A wait counts only while an engine runs: each new engine gives it its full time again. And what the last engine was
 * about to start is asked for anew, as time has passed since it was due (P1).
 */
function attached(draft: Draft, { clockBehindMs = 0 }: Extract<RunEvent, { readonly type: 'engine.attached' }>): void {
  const { engines, stop } = draft.context;
  // The hurry was the last engine's (its process was to be killed): what it owes is done with its full time.
  draft.set({ engines: engines + 1, left: false, stop: stop === null ? null : { ...stop, urgent: false } });
  for (const [id] of draft.context.steps.where(({ status }) => status === 'starting')) unstart(draft, id);
  for (const [id] of draft.context.steps.where(({ status }) => status === 'waiting')) waitAnew(draft, id);
  if (clockBehindMs > 0) forgetPasses(draft);
  for (const id of owedMessages(draft.context)) {
    const step = draft.planned(id);
    if (step !== undefined) retry(draft, step);
  }
  if (isAtItsEnd(draft.context)) endOnHosts(draft);
}

/** P1: how old they are nobody can say. */
function forgetPasses(draft: Draft): void {
  for (const { id } of draft.context.plan.phases['health-checks'].steps)
    if (draft.step(id).status === 'succeeded') draft.patch(id, { passedAt: null });
}

function isAtItsEnd({ place, stop, failure }: Context): boolean {
  return place === 'escalate' && (stop !== null || failure !== null);
}

/** What the last engine could not end there is gone to again, by an attempt that begins nothing. */
function endOnHosts(draft: Draft): void {
  for (const { step: id } of leftOnHosts(draft.context)) {
    const step = draft.planned(id);
    if (step !== undefined) start(draft, step);
  }
}

function waitAnew(draft: Draft, id: string): void {
  const answerBy = draft.context.now + (draft.planned(id)?.answerWithinMs ?? 0);
  draft.patch(id, { answerBy });
  draft.issue({ do: 'arm', timer: `answer:${id}`, due: answerBy });
}

function fired(draft: Draft, timer: string): void {
  if (timer === 'notify-hold') return draft.set({ notifyReleased: true });
  const [kind, id] = split(timer);
  if (kind === 'update') return beginUpdate(draft, id);
  if (kind === 'overdue') return passOver(draft, id);
  if (kind === 'retry') return draft.patch(id, { status: 'pending', retryAt: null });
  const step = draft.planned(id);
  if (step !== undefined) unanswered(draft, id);
}

/** Nobody answered in time: a failure under `stop`, whatever the step's own `onFailure` says. */
function unanswered(draft: Draft, id: string): void {
  const step = draft.planned(id);
  const { question, reason } = draft.step(id);
  if (step === undefined) return;
  const why = `nobody answered in time${reason === null ? '' : ` (${reason})`}`;
  const helped = step.contingency.some((other) => draft.step(other.id).status !== 'excluded');
  if (question === 'confirm' && helped) return failForGood(draft, step, why);
  draft.patch(id, {
    status: question === 'unknown' ? 'unknown' : 'failed',
    question: null,
    answerBy: null,
    reason: why,
  });
  failRun(draft, id, why);
}
