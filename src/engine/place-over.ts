/** When a place, and all that a run does, is over. */
import type { Place } from '../plan/plan.ts';
import { phaseOf } from './draft.ts';
import { leftOnHosts } from './hosts.ts';
import { type Context, isOver, isTelling, stepState } from './state.ts';

/** Every step of the place is over; `notify` also when it goes on beside the others and nothing required is left. */
export function isPlaceOver(context: Context, place: Place): boolean {
  const { steps } = phaseOf(context, place);
  if (context.overUpTo[place] === steps.length) return true;
  if (place !== 'notify' || !context.notifyReleased) return false;
  return steps.every((step) => !step.required || isOver(stepState(context, step.id)));
}

/**
 * Nothing of the backout itself is under way any more, but for who is still being told (P2), and, in a hurry, for what
 * may not be cancelled and is left running.
 */
export function isQuiet(context: Context): boolean {
  const hurried = context.stop?.urgent ?? false;
  return context.active.every((id) => {
    const step = context.index.get(id);
    return step !== undefined && (isTelling(step.place) || (hurried && !step.cancellable));
  });
}

/** Both ways of telling have come to an end: `notify` in the background, and `announce`. */
export function isAllTold(context: Context): boolean {
  const { steps } = context.plan.phases.notify;
  return context.overUpTo.notify === steps.length && isPlaceOver(context, 'announce') && isDryOver(context);
}

/** A dry run looks at every channel of the regular updates, and waits for the answers. */
function isDryOver(context: Context): boolean {
  return context.mode !== 'dry-run' || activeUpdates(context).length === 0;
}

/** What of the run itself is under way; the regular updates go on beside it. */
export function activeSteps(context: Context): readonly string[] {
  return context.active.filter((id) => !isUpdate(context, id));
}

export function activeUpdates(context: Context): readonly string[] {
  return context.active.filter((id) => isUpdate(context, id));
}

function isUpdate({ index }: Context, id: string): boolean {
  return index.get(id)?.place === 'updates';
}

/** Messages of the escalation that did not get out while there was no time to try again. */
export function owedMessages(context: Context): readonly string[] {
  const ids = context.plan.escalate.steps.map(({ id }) => id);
  return ids.filter((id) => stepState(context, id).accepted === 'owed');
}

/** Somebody is still to hear of the end, or something is still to be ended on a host. */
export function isOwing(context: Context): boolean {
  return owedMessages(context).length > 0 || leftOnHosts(context).length > 0;
}

/** Escalation is done, however it went, and nobody is being told any more. */
export function isEscalated(context: Context): boolean {
  return isPlaceOver(context, 'escalate') && activeSteps(context).length === 0;
}
