/**
 * `decide(state, event)`: the engine as one pure function. It runs the machine's own transition and reads off the
 * commands that it issued; an action that it does not know is our own bug and is refused, not skipped.
 */
import { createActor } from 'xstate';
import { Fault } from '../kernel/fault.ts';
import type { Plan } from '../plan/plan.ts';
import { machine } from './machine.ts';
import type { Command, RunEvent } from './protocol.ts';
import { type Context, contextOf } from './state.ts';

/** The machine's snapshot: where the run stands (`value`) and what is known (`context`). */
export type EngineState = ReturnType<typeof machine.resolveState>;

export interface Verdict {
  /** The same value as before when the event meant nothing: then it must not be appended. */
  readonly state: EngineState;
  readonly commands: readonly Command[];
}

/** An actor that is never started: XState's own `transition` makes one for each event, a third of the time. */
const nobody = createActor(machine);
const nobodysScope = {
  self: nobody,
  system: nobody.system,
  id: '',
  sessionId: '',
  logger: () => {},
  defer: () => {},
  emit: () => {},
  stopChild: () => {},
};

/** The state before a plan's first event (`run.began`). */
export function initialState(plan: Plan): EngineState {
  return machine.resolveState({ value: 'planned', context: contextOf(plan) });
}

export function decide(state: EngineState, event: RunEvent): Verdict {
  const actions: { readonly type: string; readonly params: unknown }[] = [];
  const next = machine.transition(state, event, { ...nobodysScope, actionExecutor: (action) => actions.push(action) });
  const commands: Command[] = [];
  for (const { type, params } of actions) {
    if (type !== 'issue') throw new Fault('internal', `the machine asked for an unknown action "${type}"`);
    commands.push(params as Command);
  }
  return { state: next, commands };
}

/** Whether the event changed anything. */
export function isHeard(before: EngineState, after: EngineState): boolean {
  return after !== before && (after.context as Context) !== before.context;
}
