/** P5: state is a fold of the journal's events; and what the state still waits for is a function of the state. */
import type { Plan } from '../plan/plan.ts';
import { decide, type EngineState, initialState } from './decide.ts';
import { closing, leaving } from './ending.ts';
import type { Command, RunEvent } from './protocol.ts';
import { stepState } from './state.ts';
import type { StepState } from './step-state.ts';
import { dueUpdates, overdueUpdates } from './updates.ts';

export function replay(plan: Plan, events: Iterable<RunEvent>): EngineState {
  let state = initialState(plan);
  for (const event of events) state = decide(state, event).state;
  return state;
}

/**
 * Every command whose result the state waits for: what an engine that takes the run up has to see to. What is under
 * way stands in the order in which it came to be, so that a new engine goes on as the last one would have.
 */
export function outstanding(state: EngineState): readonly Command[] {
  const { context } = state;
  const commands: Command[] = [];
  const urgent = context.stop?.urgent ?? false;
  for (const id of context.active) commands.push(...outstandingOf(id, stepState(context, id), urgent));
  for (const [id, step] of context.steps.where(asksSomebody)) commands.push(...outstandingOf(id, step, urgent));
  if (context.end !== null) return commands.filter(({ do: what }) => what !== 'ask');
  if (state.matches({ backingOut: 'notify' }) && context.notifyHold !== null && !context.notifyReleased)
    commands.push({ do: 'arm', timer: 'notify-hold', due: context.notifyHold });
  for (const [id, due] of dueUpdates(context)) commands.push({ do: 'arm', timer: `update:${id}`, due });
  for (const [id, due] of overdueUpdates(context)) commands.push({ do: 'arm', timer: `overdue:${id}`, due });
  if (state.matches('closing')) commands.push(closing(context));
  if (state.matches('owing') && !context.left) commands.push(leaving(context));
  return commands;
}

/** What else is waited for is under way. */
const asksSomebody = ({ status }: StepState): boolean => status === 'waiting' || status === 'task';

function outstandingOf(step: string, state: StepState, urgent: boolean): readonly Command[] {
  const { attempt, stage } = state;
  switch (state.status) {
    case 'starting':
      return [{ do: 'prepare', step, attempt }];
    case 'running':
      return [{ do: 'carry-out', step, attempt, stage }];
    case 'cancelling':
      return [
        { do: 'carry-out', step, attempt, stage },
        { do: 'cancel', step, attempt, urgent },
      ];
    case 'probing':
      return [{ do: 'probe', step, attempt }];
    case 'retrying':
      return [{ do: 'arm', timer: `retry:${step}`, due: state.retryAt ?? 0 }];
    case 'waiting':
      return [
        { do: 'arm', timer: `answer:${step}`, due: state.answerBy ?? 0 },
        { do: 'ask', step, question: state.question ?? 'confirm' },
      ];
    case 'task':
      return [{ do: 'ask', step, question: 'confirm' }];
    default:
      return [];
  }
}
