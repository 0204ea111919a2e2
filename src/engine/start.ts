/** Which steps are due, and starting them: order (`needs`), width (`maxParallel`), the gate (P1). */
import type { Place, PlannedStep } from '../plan/plan.ts';
import { behindChain } from './chain.ts';
import { type Draft, phaseOf } from './draft.ts';
import { accessClosed, gateOpen } from './gate.ts';
import { type Context, isOver, isTelling, stepState } from './state.ts';

/** Starts what is due: in the current phase, and in `notify` where it goes on beside the others. */
export function startDue(draft: Draft): void {
  const { place } = draft.context;
  if (!mayStart(draft.context)) return;
  if (place !== 'notify' && place !== 'escalate') startIn(draft, 'notify');
  startIn(draft, place);
}

function mayStart(context: Context): boolean {
  if (context.end !== null) return false;
  if (context.place === 'escalate') return true;
  return !context.paused && context.stop === null && context.failure === null;
}

function startIn(draft: Draft, place: Place): void {
  const { context } = draft;
  const { steps } = phaseOf(context, place);
  let room = roomIn(context, place);
  if (room <= 0 || context.overUpTo[place] === steps.length || !placeAllowed(context, place)) return;
  let position = context.overUpTo[place];
  while (position < steps.length && room > 0) {
    const step = steps[position];
    const due = step === undefined ? undefined : dueOf(draft.context, step);
    if (due !== undefined) {
      start(draft, due);
      room -= 1;
    }
    position = step !== undefined && awaitsOthers(draft.context, step) ? behindChain(steps, position) : position + 1;
  }
}

/** It has not begun, and nothing behind it has. */
function awaitsOthers({ steps }: Context, { id, condition }: PlannedStep): boolean {
  return condition !== false && steps.isFreshFrom(id);
}

/** Who is told takes no room from what is done (P2), nor the other way round. */
export function roomIn(context: Context, place: Place): number {
  const places = context.active.map((id) => context.index.get(id)?.place ?? place);
  const here = places.filter((other) => other === place).length;
  const beside = isTelling(place) ? here : places.filter((other) => !isTelling(other)).length;
  return Math.min(phaseOf(context, place).maxParallel - here, context.plan.maxParallel - beside);
}

function placeAllowed(context: Context, place: Place): boolean {
  if (place === 'restore') return accessClosed(context);
  if (place === 'enable-access') return gateOpen(context);
  return true;
}

/** The step itself when it is due, or the contingency that takes its place. */
export function dueOf(context: Context, step: PlannedStep): PlannedStep | undefined {
  const state = stepState(context, step.id);
  if (state.status === 'pending') {
    return areSettled(context, step.needs) ? step : undefined;
  }
  if (state.status !== 'failed' || state.accepted !== null || state.contingency === null) return undefined;
  const contingency = step.contingency[state.contingency];
  return contingency !== undefined && stepState(context, contingency.id).status === 'pending' ? contingency : undefined;
}

/** A step that is left out keeps its place in the order: it is settled only when all that it needed is. */
function areSettled(context: Context, needs: readonly string[]): boolean {
  let someLeftOut = false;
  for (const id of needs) {
    const state = stepState(context, id);
    if (!isOver(state)) return false;
    someLeftOut ||= state.status === 'excluded' || state.status === 'skipped';
  }
  return !someLeftOut || isChainSettled(context, needs);
}

function isChainSettled(context: Context, needs: readonly string[]): boolean {
  const open = [...needs];
  const seen = new Set<string>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const state = stepState(context, id);
    if (!isOver(state)) return false;
    if ((state.status !== 'excluded' && state.status !== 'skipped') || seen.has(id)) continue;
    seen.add(id);
    open.push(...(context.index.get(id)?.needs ?? []));
  }
  return true;
}

/** Asks for an attempt's values; the intent follows as `step.started`. */
export function start(draft: Draft, step: PlannedStep): void {
  const { attempt, tries } = draft.step(step.id);
  draft.patch(step.id, { status: 'starting', attempt: attempt + 1, tries: tries + 1, stage: 'action', retryAt: null });
  draft.issue({ do: 'prepare', step: step.id, attempt: attempt + 1 });
}

/** Its values were asked for and no intent is recorded: it is as if it had not been due. */
export function unstart(draft: Draft, id: string): void {
  const { attempt, tries } = draft.step(id);
  draft.patch(id, { status: 'pending', attempt: attempt - 1, tries: tries - 1 });
}
