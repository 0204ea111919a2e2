/** How a run ends: its end, its exit code, and what was not as planned. */
import type { Place } from '../plan/plan.ts';
import { phaseOf } from './draft.ts';
import type { Command, RunEnd } from './protocol.ts';
import { type Context, isOver, isTelling, stepState } from './state.ts';
import { truthOf } from './truth.ts';

export const exitCodes: Readonly<Record<RunEnd, number>> = {
  succeeded: 0,
  'succeeded-with-exceptions': 6,
  failed: 1,
  stopped: 4,
  simulated: 0,
  'simulated-failed': 1,
};

/** Everything that was not as the plan wanted it, one line each. Empty: nothing. */
export function exceptionsOf(context: Context): readonly string[] {
  const lines: string[] = [];
  for (const [id, state] of Object.entries(context.steps)) {
    const step = context.index.get(id);
    if (step === undefined || context.parents.has(id)) continue;
    if (state.status === 'skipped') lines.push(`${id} was left out: ${state.reason ?? 'no reason given'}`);
    if (state.status !== 'failed' || state.accepted === null) continue;
    if (state.accepted === 'contingency')
      lines.push(`${id} failed and was done by a contingency: ${state.reason ?? ''}`);
    else if (isTelling(step.place)) lines.push(`${id}: the message was not delivered: ${state.reason ?? ''}`);
    else lines.push(`${id} failed and the run went on without it: ${state.reason ?? ''}`);
  }
  return lines;
}

function endOf(context: Context, exceptions: readonly string[]): RunEnd {
  if (context.mode === 'dry-run') return isSimulatedWhole(context) ? 'simulated' : 'simulated-failed';
  if (context.failure !== null) return 'failed';
  if (context.stop !== null) return 'stopped';
  return exceptions.length === 0 ? 'succeeded' : 'succeeded-with-exceptions';
}

function isSimulatedWhole(context: Context): boolean {
  if (context.failure !== null || context.stop !== null) return false;
  return Object.values(context.steps).every((state) => state.status !== 'failed');
}

/** The command that closes the run. */
export function closing(context: Context): Extract<Command, { readonly do: 'close' }> {
  const exceptions = exceptionsOf(context);
  const end = endOf(context, exceptions);
  return { do: 'close', end, exitCode: exitCodes[end], truth: truthOf(context), exceptions };
}

/** Every step of the place is over; what people are still to be told in the background included. */
export function isPlaceOver(context: Context, place: Place): boolean {
  return phaseOf(context, place).steps.every((step) => {
    const state = stepState(context, step.id);
    if (isOver(state)) return true;
    return place === 'notify' && context.notifyReleased && !step.required;
  });
}

/** Nothing of the run is under way any more. */
export function isQuiet(context: Context): boolean {
  return context.active.every((id) => context.index.get(id)?.place === 'escalate');
}

/** Both ways of telling have come to an end: `notify` in the background, and `announce`. */
export function isAllTold(context: Context): boolean {
  const settled = context.plan.phases.notify.steps.every((step) => isOver(stepState(context, step.id)));
  return settled && isPlaceOver(context, 'announce');
}

/** Escalation is done when nothing of it is pending or under way, however it went. */
export function isEscalated(context: Context): boolean {
  return context.plan.escalate.steps.every((step) => {
    const state = stepState(context, step.id);
    return isOver(state) || state.status === 'cancelled' || state.status === 'unknown';
  });
}
