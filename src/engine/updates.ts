/**
 * The regular updates: word to every audience at its interval, for as long as the run lasts, whatever the run does.
 *
 * Owns: when an update is due, that it is tried (channel, then fallback), what a missed one leads to, and that none is
 * sent after the end. Does not own: what an update says; how it is sent (attempts like any other).
 * P2: an update takes no room from a step, and nothing but the end of the run looks at whether one is on its way.
 */
import type { PlannedStep } from '../plan/plan.ts';
import type { Draft } from './draft.ts';
import type { RunEvent } from './protocol.ts';
import { dueOf, start, unstart } from './start.ts';
import type { Context } from './state.ts';
import { isOver, isUnderWay } from './step-state.ts';
import { idle } from './update-state.ts';
import { changeUpdate as change, countMissed, countSent, reasonOf, stateOf } from './update-tally.ts';

/** From now on updates are due; in a dry run each channel is looked at once, at once. */
export function scheduleUpdates(draft: Draft): void {
  draft.set({ updatesOver: false, settledAt: null });
  for (const step of steps(draft.context)) {
    if (draft.context.mode === 'dry-run') beginUpdate(draft, step.id);
    else if (step.audience !== undefined) schedule(draft, step);
  }
}

/** Whether the timer of this audience means anything now. */
export function isUpdateDue(context: Context, id: string): boolean {
  return maySend(context) && context.updates.get(id)?.sending === false;
}

/** Who leaves in a hurry (its process is to be killed) begins no message that is not about the end. */
function maySend({ end, updatesOver, stop }: Context): boolean {
  return end === null && !updatesOver && stop?.urgent !== true;
}

/** Whether the one that is on its way has had all of its interval. */
export function isUpdateOverdue(context: Context, id: string): boolean {
  return context.updates.get(id)?.sending === true && maySend(context);
}

/** What an engine that takes the run up has to wait for. */
export function dueUpdates({ updates, end, updatesOver }: Context): readonly (readonly [id: string, due: number])[] {
  if (end !== null || updatesOver) return [];
  return [...updates].flatMap(([id, { due, sending }]) => (due === null || sending ? [] : [[id, due] as const]));
}

/** And for what is on its way: when the next would be due. */
export function overdueUpdates({
  updates,
  end,
  updatesOver,
}: Context): readonly (readonly [id: string, due: number])[] {
  if (end !== null || updatesOver) return [];
  return [...updates].flatMap(([id, { overdueAt }]) => (overdueAt === null ? [] : [[id, overdueAt] as const]));
}

/** The next one: its channel from its first try on. */
export function beginUpdate(draft: Draft, id: string): void {
  const step = draft.planned(id);
  if (step === undefined) return;
  for (const part of [step, ...step.contingency])
    draft.patch(part.id, { status: 'pending', tries: 0, accepted: null, contingency: null, retryAt: null });
  change(draft, id, { sending: true, again: false });
  if (step.audience !== undefined && draft.context.mode === 'real') awaitOverdue(draft, step);
}

function awaitOverdue(draft: Draft, step: PlannedStep): void {
  const { due, overdueAt } = stateOf(draft, step.id);
  const next = afterThis(draft.context, step, overdueAt ?? due);
  change(draft, step.id, { overdueAt: next });
  draft.issue({ do: 'arm', timer: `overdue:${step.id}`, due: next });
}

function forgetOverdue(draft: Draft, id: string): void {
  if (stateOf(draft, id).overdueAt === null) return;
  change(draft, id, { overdueAt: null });
  draft.issue({ do: 'disarm', timer: `overdue:${id}` });
}

/** The next is due while the last is still on its way: its audience hears nothing, and that is not kept for the end. */
export function passOver(draft: Draft, id: string): void {
  const step = draft.planned(id);
  if (step === undefined) return;
  miss(draft, step, 'it was due while the one before was still on its way');
  awaitOverdue(draft, step);
}

/** After every event: the next try or the fallback of what is on its way; what has arrived or was missed. */
export function keepUpdates(draft: Draft): void {
  for (const step of steps(draft.context)) {
    if (draft.context.updates.get(step.id)?.sending !== true) continue;
    const due = maySend(draft.context) ? dueOf(draft.context, step) : undefined;
    if (due !== undefined) start(draft, due);
    else conclude(draft, step);
  }
}

function conclude(draft: Draft, step: PlannedStep): void {
  const state = draft.step(step.id);
  if (!isOver(state) && state.status !== 'cancelled' && !isGivenUp(draft, step)) return;
  change(draft, step.id, { sending: false });
  forgetOverdue(draft, step.id);
  if (draft.context.mode === 'dry-run') return;
  if (state.status === 'succeeded' || state.accepted === 'contingency') countSent(draft, step.id);
  else if (state.status === 'failed') miss(draft, step, reasonOf(draft, step));
  if (draft.context.updatesOver) return;
  if (step.audience !== undefined) schedule(draft, step);
  else if (draft.context.updates.get(step.id)?.again === true && maySend(draft.context)) tellSpeaker(draft);
}

/** Nothing of it is begun any more, and nothing of it is under way: a fallback that was ended leaves it so. */
function isGivenUp(draft: Draft, step: PlannedStep): boolean {
  return !maySend(draft.context) && ![step, ...step.contingency].some(({ id }) => isUnderWay(draft.step(id)));
}

/** The speaker hears of the first that was missed in a row: who is out of reach is so for a while. */
function miss(draft: Draft, step: PlannedStep, reason: string): void {
  const isFirst = stateOf(draft, step.id).missedInARow === 0;
  countMissed(draft, step.id, reason);
  if (step.audience !== undefined && isFirst) tellSpeaker(draft);
}

function tellSpeaker(draft: Draft): void {
  const alert = steps(draft.context).find(({ audience }) => audience === undefined);
  if (alert === undefined || !maySend(draft.context)) return;
  if (stateOf(draft, alert.id).sending) return change(draft, alert.id, { again: true });
  beginUpdate(draft, alert.id);
  start(draft, alert);
}

function schedule(draft: Draft, step: PlannedStep): void {
  const due = afterThis(draft.context, step, stateOf(draft, step.id).due);
  change(draft, step.id, { due });
  // In a hurry too: the timer then means nothing, but the next engine is to wait for the same instants.
  if (!draft.context.updatesOver) draft.issue({ do: 'arm', timer: `update:${step.id}`, due });
}

/** The run is about to end: what is on its way is ended, and no other is begun. */
export function endUpdates(draft: Draft): void {
  draft.set({ updatesOver: true });
  for (const step of steps(draft.context)) {
    const { due, sending } = stateOf(draft, step.id);
    if (due !== null && !sending) draft.issue({ do: 'disarm', timer: `update:${step.id}` });
    change(draft, step.id, { due: null, again: false });
    forgetOverdue(draft, step.id);
    for (const part of [step, ...step.contingency]) endPart(draft, part);
  }
}

function endPart(draft: Draft, { id }: PlannedStep): void {
  const { status, attempt } = draft.step(id);
  if (status === 'starting') unstart(draft, id);
  else if (status === 'retrying') {
    draft.patch(id, { status: 'cancelled', retryAt: null });
    draft.issue({ do: 'disarm', timer: `retry:${id}` });
  } else if (status === 'running') {
    draft.patch(id, { status: 'cancelling' });
    draft.issue({ do: 'cancel', step: id, attempt, urgent: true });
  }
}

/** When the next word comes: to the audience whose update it is, or else to whichever hears first. */
export function nextUpdateOf(context: Context, id: string | null): number | null {
  if (context.end !== null || context.updatesOver) return null;
  const audiences = steps(context).filter(({ audience }) => audience !== undefined);
  const own = audiences.filter((step) => step.id === id || step.contingency.some((other) => other.id === id));
  const instants = (own.length > 0 ? own : audiences).map((step) => nextOf(context, step));
  return instants.length === 0 ? null : Math.min(...instants);
}

function nextOf(context: Context, step: PlannedStep): number {
  const { due, sending } = context.updates.get(step.id) ?? idle;
  return due !== null && !sending ? due : afterThis(context, step, due);
}

/** Due so many whole intervals after the run began: what was missed meanwhile is not made up for. */
function afterThis({ beganAt, now }: Context, { audience }: PlannedStep, due: number | null): number {
  const every = Math.max(1, audience?.everyMs ?? 1);
  // A timer may be a little early.
  const after = Math.max(now, due ?? now);
  return beganAt + (Math.floor((after - beganAt) / every) + 1) * every;
}

/** Whether the event is about a regular update and nothing else. */
export function isAboutUpdate({ index }: Context, event: RunEvent): boolean {
  if (event.type === 'timer.fired') return index.get(event.timer.replace(/^\w+:/, ''))?.place === 'updates';
  return 'step' in event && index.get(event.step)?.place === 'updates';
}

function steps({ plan }: Context): readonly PlannedStep[] {
  return plan.updates?.steps ?? [];
}
