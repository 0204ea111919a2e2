/** One turn of the engine, as the driver takes it: an event, and what follows from it at once. Pure. */
import { decide, type EngineState, isHeard } from '../engine/decide.ts';
import { nothingSeen } from '../engine/nothing-seen.ts';
import type { Command, RunEvent } from '../engine/protocol.ts';
import type { Context } from '../engine/state.ts';
import type { ImaginedValues } from './imagined-values.ts';

export interface Turn {
  readonly state: EngineState;
  /** What is to be performed after it. */
  readonly commands: readonly Command[];
  /** Steps whose intent was written. */
  readonly begun: readonly string[];
}

export function turnOf(before: EngineState, first: readonly RunEvent[], now: number, values: ImaginedValues): Turn {
  const events = [...first];
  const commands: Command[] = [];
  const begun: string[] = [];
  let state = before;
  for (let event = events.shift(); event !== undefined; event = events.shift()) {
    const verdict = decide(state, event);
    if (!isHeard(state, verdict.state)) continue;
    state = verdict.state;
    if (event.type === 'step.started') begun.push(event.step);
    for (const command of verdict.commands) {
      const following = immediate(command, state, now, values);
      if (following === undefined) commands.push(command);
      else events.push(following);
    }
  }
  return { state, commands, begun };
}

/** The event that answers a command on the spot; undefined: it has to be performed. */
export function immediate(
  command: Command,
  { context }: EngineState,
  at: number,
  values: ImaginedValues,
): RunEvent | undefined {
  switch (command.do) {
    case 'prepare':
      return prepared(command, context, at, values);
    case 'close': {
      const { end, exitCode, truth, exceptions } = command;
      return { type: 'run.ended', end, exitCode, truth, exceptions, at };
    }
    case 'leave':
      return { type: 'engine.left', reason: 'signal', owed: command.owed, at };
    default:
      return undefined;
  }
}

function prepared(
  { step, attempt }: Extract<Command, { readonly do: 'prepare' }>,
  context: Context,
  at: number,
  values: ImaginedValues,
): RunEvent {
  const planned = context.index.get(step);
  const hindrance = planned === undefined ? null : values.hindrance(planned, context);
  if (hindrance?.kind === 'left-out') return { type: 'step.excluded', step, because: hindrance.because, at };
  if (hindrance?.kind === 'unprepared') {
    const end = { ...nothingSeen, reason: hindrance.reason };
    return { type: 'step.failed', step, attempt, class: 'preparation', end, at };
  }
  const timeout = planned?.action.kind === 'manual' ? null : (planned?.timeoutMs ?? null);
  const deadline = timeout === null ? null : at + timeout;
  const key = `${step}/${attempt}`;
  return { type: 'step.started', step, attempt, key, deadline, boot: 'b', does: [], env: [], at };
}
