/** One event's work on a context: the changed copy and the commands that follow from it. */
import type { Place, PlannedPhase, PlannedStep } from '../plan/plan.ts';
import type { Command } from './protocol.ts';
import { type Context, firstNotOver, stepState } from './state.ts';
import { isOver, isUnderWay, type StepState } from './step-state.ts';
import type { StepTable } from './step-table.ts';

export class Draft {
  readonly commands: Command[] = [];
  private current: Context;
  private table: StepTable | undefined;
  private stirred = false;

  constructor(context: Context) {
    this.current = context;
  }

  get context(): Context {
    return this.current;
  }

  /** Something happened to a step that may make another one due. */
  get mayMakeDue(): boolean {
    return this.stirred;
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
    this.ownTable().put(id, after);
    if (isUnderWay(before) !== isUnderWay(after)) this.setActive(id, isUnderWay(after));
    if (isOver(before) !== isOver(after)) this.moveOverUpTo(id);
    if (!isUnderWay(before) || !isUnderWay(after)) this.stirred = true;
  }

  issue(command: Command): void {
    this.commands.push(command);
  }

  phase(place: Place): PlannedPhase {
    return phaseOf(this.current, place);
  }

  private ownTable(): StepTable {
    if (this.table === undefined) {
      this.table = this.current.steps.copy();
      this.current = { ...this.current, steps: this.table };
    }
    return this.table;
  }

  private setActive(id: string, active: boolean): void {
    const others = this.current.active.filter((other) => other !== id);
    this.current = { ...this.current, active: active ? [...others, id] : others };
  }

  private moveOverUpTo(id: string): void {
    const position = this.current.positions.get(id);
    const place = this.planned(id)?.place;
    if (place === undefined || place === 'updates' || position === undefined || position > this.current.overUpTo[place])
      return;
    const next = firstNotOver(this.phase(place).steps, this.current.steps, position);
    this.current = { ...this.current, overUpTo: { ...this.current.overUpTo, [place]: next } };
  }
}

export function phaseOf(context: Context, place: Place): PlannedPhase {
  return place === 'escalate' ? context.plan.escalate : context.plan.phases[place];
}
