/** One event's work on a context: the changed copy and the commands that follow from it. */
import type { Place, PlannedPhase, PlannedStep } from '../plan/plan.ts';
import type { Command } from './protocol.ts';
import { type Context, type StepState, stepState } from './state.ts';

const underWay: ReadonlySet<StepState['status']> = new Set([
  'starting',
  'running',
  'cancelling',
  'probing',
  'retrying',
]);

export class Draft {
  readonly commands: Command[] = [];
  private current: Context;
  private steps: Record<string, StepState> | undefined;

  constructor(context: Context) {
    this.current = context;
  }

  get context(): Context {
    return this.current;
  }

  step(id: string): StepState {
    return stepState(this.current, id);
  }

  planned(id: string): PlannedStep | undefined {
    return this.current.index.get(id);
  }

  set(changes: Partial<Context>): void {
    this.current = { ...this.current, ...changes };
  }

  /** Changes one step; the table of steps is copied once per event, however many steps change. */
  patch(id: string, changes: Partial<StepState>): void {
    const before = this.step(id);
    const after = { ...before, ...changes };
    if (this.steps === undefined) {
      this.steps = { ...this.current.steps };
      this.current = { ...this.current, steps: this.steps };
    }
    this.steps[id] = after;
    if (underWay.has(before.status) !== underWay.has(after.status)) this.setActive(id, underWay.has(after.status));
  }

  private setActive(id: string, active: boolean): void {
    const others = this.current.active.filter((other) => other !== id);
    this.current = { ...this.current, active: active ? [...others, id] : others };
  }

  issue(command: Command): void {
    this.commands.push(command);
  }

  phase(place: Place): PlannedPhase {
    return phaseOf(this.current, place);
  }
}

export function phaseOf(context: Context, place: Place): PlannedPhase {
  return place === 'escalate' ? context.plan.escalate : context.plan.phases[place];
}
