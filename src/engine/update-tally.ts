/** What is counted of each audience's updates: those that arrived, by which way, and those that did not. */
import type { PlannedStep } from '../plan/plan.ts';
import type { Draft } from './draft.ts';
import { idle, type UpdateState } from './update-state.ts';

export function countSent(draft: Draft, id: string): void {
  const { accepted, reason } = draft.step(id);
  const before = stateOf(draft, id);
  const lastSent = draft.context.now;
  changeUpdate(draft, id, { sent: before.sent + 1, lastSent, missedInARow: 0 });
  if (accepted !== 'contingency') return;
  changeUpdate(draft, id, { byFallback: before.byFallback + 1, trouble: { at: lastSent, reason: reason ?? '' } });
}

export function countMissed(draft: Draft, id: string, reason: string): void {
  const { missed, missedInARow } = stateOf(draft, id);
  const trouble = { at: draft.context.now, reason };
  changeUpdate(draft, id, { missed: missed + 1, missedInARow: missedInARow + 1, trouble });
}

/** Why the channel failed, and why the fallback did not help. */
export function reasonOf(draft: Draft, { id, contingency }: PlannedStep): string {
  const fallbacks = contingency.flatMap((other) => {
    const { reason } = draft.step(other.id);
    return reason === null ? [] : [`; its fallback: ${reason}`];
  });
  return `${draft.step(id).reason ?? 'it failed'}${fallbacks.join('')}`;
}

export function stateOf(draft: Draft, id: string): UpdateState {
  return draft.context.updates.get(id) ?? idle;
}

export function changeUpdate(draft: Draft, id: string, changes: Partial<UpdateState>): void {
  const updates = new Map(draft.context.updates);
  updates.set(id, { ...stateOf(draft, id), ...changes });
  draft.set({ updates });
}
