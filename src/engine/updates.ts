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
import { idle, type UpdateState } from './update-state.ts';

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

/** What an engine that takes the run up has to wait for. */
export function dueUpdates({ updates, end, updatesOver }: Context): readonly (readonly [id: string, due: number])[] {
  if (end !== null || updatesOver) return [];
  return [...updates].flatMap(([id, { due, sending }]) => (due === null || sending ? [] : [[id, due] as const]));
}

/** The next one: its channel from its first try on. */
export function beginUpdate(draft: Draft, id: string): void {
  const step = draft.planned(id);
  if (step === undefined) return;
  for (const part of [step, ...step.contingency])
    draft.patch(part.id, { status: 'pending', tries: 0, accepted: null, contingency: null, retryAt: null });
  change(draft, id, { sending: true, again: false });
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
  if (draft.context.mode === 'dry-run') return;
  if (state.status === 'succeeded' || state.accepted === 'contingency') sent(draft, step);
  else if (state.status === 'failed') missed(draft, step);
  if (draft.context.updatesOver) return;
  if (step.audience !== undefined) schedule(draft, step);
  else if (draft.context.updates.get(step.id)?.again === true && maySend(draft.context)) tellSpeaker(draft);
}

/** Nothing of it is begun any more, and nothing of it is under way: a fallback that was ended leaves it so. */
function isGivenUp(draft: Draft, step: PlannedStep): boolean {
  return !maySend(draft.context) && ![step, ...step.contingency].some(({ id }) => isUnderWay(draft.step(id)));
}

function sent(draft: Draft, { id }: PlannedStep): void {
  const { accepted, reason } = draft.step(id);
  const before = stateOf(draft, id);
  const lastSent = draft.context.now;
  change(draft, id, { sent: before.sent + 1, lastSent, missedInARow: 0 });
  if (accepted !== 'contingency') return;
  change(draft, id, { byFallback: before.byFallback + 1, trouble: { at: lastSent, reason: reason ?? '' } });
}

/** The speaker hears of the first that was missed in a row: who is out of reach is so for a while. */
function missed(draft: Draft, step: PlannedStep): void {
  const before = stateOf(draft, step.id);
  const trouble = { at: draft.context.now, reason: reasonOf(draft, step) };
  change(draft, step.id, { missed: before.missed + 1, missedInARow: before.missedInARow + 1, trouble });
  if (step.audience !== undefined && before.missedInARow === 0) tellSpeaker(draft);
}

/** Why the channel failed, and why the fallback did not help. */
function reasonOf(draft: Draft, { id, contingency }: PlannedStep): string {
  const fallbacks = contingency.flatMap((other) => {
    const { reason } = draft.step(other.id);
    return reason === null ? [] : [`; its fallback: ${reason}`];
  });
  return `${draft.step(id).reason ?? 'it failed'}${fallbacks.join('')}`;
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

function stateOf(draft: Draft, id: string): UpdateState {
  return draft.context.updates.get(id) ?? idle;
}

function change(draft: Draft, id: string, changes: Partial<UpdateState>): void {
  const updates = new Map(draft.context.updates);
  updates.set(id, { ...stateOf(draft, id), ...changes });
  draft.set({ updates });
}
