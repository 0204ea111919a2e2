/**
 * `decide(state, event)`: the engine as one pure function. It runs the machine's own transition and reads off the
 * commands that it issued; an action that it does not know is our own bug and is refused, not skipped.
 */
import { transition } from 'xstate';
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

/** The state before a plan's first event (`run.began`). */
export function initialState(plan: Plan): EngineState {
  return machine.resolveState({ value: 'planned', context: contextOf(plan) });
}

export function decide(state: EngineState, event: RunEvent): Verdict {
  const [next, actions] = transition(machine, state, event);
  const commands: Command[] = [];
  for (const action of actions) {
    if (action.type !== 'issue')
      throw new Fault('internal', `the machine asked for an unknown action "${action.type}"`);
    commands.push(action.params as unknown as Command);
  }
  return { state: next, commands };
}

/** Whether the event changed anything. */
export function isHeard(before: EngineState, after: EngineState): boolean {
  return after !== before && (after.context as Context) !== before.context;
}
