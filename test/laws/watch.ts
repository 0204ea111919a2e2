/**
 * P5, watched while a scenario is told: the engine's state is what a fold of the lines on the disk gives, with every
 * event read back from text and its keys turned round; and what the engine still waits for is what the state says.
 */
import { isDeepStrictEqual } from 'node:util';
import { decide, type EngineState, initialState } from '../../src/engine/decide.ts';
import type { Command, RunEvent } from '../../src/engine/protocol.ts';
import { outstanding } from '../../src/engine/replay.ts';
import { stepState } from '../../src/engine/state.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { EffectCommand } from '../../src/ports/effects.ts';

export class Watch {
  private folded: EngineState;
  /** What this engine was asked to do and has not answered, by what would answer it. */
  private asked = new Map<string, string>();

  constructor(plan: Plan, entries: readonly Entry[]) {
    this.folded = initialState(turned(plan));
    this.recorded(entries);
  }

  recorded(entries: readonly Entry[]): void {
    for (const { event } of entries) {
      this.folded = decide(this.folded, turned(event)).state;
      this.answered(event);
    }
  }

  performed(command: EffectCommand): void {
    // The driver's own: it tries again what met a full disk, of which the state knows nothing.
    if (command.do === 'arm' && command.timer === 'postponed') return;
    // Its end came in the same moment as what made the engine end it: nothing is asked any more.
    if (command.do === 'cancel' && stepState(this.folded.context, command.step).status !== 'cancelling') return;
    if (command.do === 'disarm') this.asked.delete(`timer ${command.timer}`);
    else for (const [answer, text] of namesOf([command])) this.asked.set(answer, text);
  }

  /** What differs between the engine's state and the fold; undefined when nothing does. */
  difference(state: EngineState): string | undefined {
    if (!isDeepStrictEqual(state.value, this.folded.value))
      return `the engine is ${JSON.stringify(state.value)}, its journal says ${JSON.stringify(this.folded.value)}`;
    const [mine, theirs] = [plain(state), plain(this.folded)];
    if (isDeepStrictEqual(mine, theirs)) return undefined;
    return `the engine knows ${JSON.stringify(mine)}, its journal says ${JSON.stringify(theirs)}`;
  }

  /** What differs between what was asked of the world and what the state waits for. */
  forgotten(): string | undefined {
    const waits = namesOf(outstanding(this.folded));
    for (const [answer, text] of waits) {
      if (this.asked.get(answer) !== text) return `the state waits for "${text}", which was not asked of the world`;
    }
    for (const [answer, text] of this.asked) {
      if (!waits.has(answer) && !answer.startsWith('question'))
        return `"${text}" was asked, the state has forgotten it`;
    }
    return undefined;
  }

  private answered(event: RunEvent): void {
    if (event.type === 'timer.fired') this.asked.delete(`timer ${event.timer}`);
    if (!('attempt' in event) || event.type === 'step.started') return;
    this.asked.delete(event.type === 'step.probed' ? `probe of ${event.step}` : `end of ${event.step}`);
    this.asked.delete(`cancel of ${event.step}`);
  }
}

function namesOf(commands: readonly Command[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const command of commands) {
    if (command.do === 'carry-out') names.set(`end of ${command.step}`, `${command.attempt}/${command.stage}`);
    else if (command.do === 'cancel') names.set(`cancel of ${command.step}`, String(command.attempt));
    else if (command.do === 'probe') names.set(`probe of ${command.step}`, String(command.attempt));
    else if (command.do === 'arm') names.set(`timer ${command.timer}`, `${command.timer} due ${command.due}`);
    else if (command.do === 'ask') names.set(`question of ${command.step}`, command.question);
    else names.set(command.do, command.do);
  }
  return names;
}

/** The context without what is derived from the plan. */
function plain({ context }: EngineState): unknown {
  const { plan: _plan, index: _index, parents: _parents, positions: _positions, steps, ...rest } = context;
  return { ...rest, steps: steps.values() };
}

/** The same value from its JSON text, every object's keys in the other order. */
export function turned<T>(value: T): T {
  return turnedRound(JSON.parse(JSON.stringify(value))) as T;
}

function turnedRound(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedRound);
  if (typeof value !== 'object' || value === null) return value;
  const round: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value).reverse()) round[key] = turnedRound(inner);
  return round;
}
