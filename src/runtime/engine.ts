/**
 * One engine driving one run, from when it takes the run until the run has ended or the engine leaves it.
 *
 * Owns: joining driver, attempts, timers and budget; noticing that the run has ended, or waits for a person and
 * nobody is to wait with it; leaving in time when a signal says so.
 * Does not own: signals, terminals and inboxes themselves (cli), which only call `decide` and `leave`.
 */
import type { EngineState } from '../engine/decide.ts';
import { activeSteps } from '../engine/place-over.ts';
import type { Command, Decision } from '../engine/protocol.ts';
import { type Context, stepState } from '../engine/state.ts';
import type { EffectCommand, Effects, Observer, Undated, Wall } from '../ports/effects.ts';
import type { JournalStore } from '../ports/journal-store.ts';
import { Attempts } from './attempt/attempts.ts';
import type { RunSetting } from './attempt/setting.ts';
import { Driver } from './driver.ts';
import { Timers } from './timers.ts';

export interface EngineOptions {
  readonly setting: RunSetting;
  readonly journal: JournalStore;
  readonly state: EngineState;
  readonly wall: Wall;
  readonly observer: Observer;
  /** Stay while the run waits for a person; without, the engine leaves (exit 3). */
  readonly waits: boolean;
  /** Boot ids of the intents that other engines wrote, by attempt key. */
  readonly inherited: ReadonlyMap<string, string>;
  /** When the run began, ms since the epoch: the time budget counts from there. */
  readonly beganAt: number;
}

/** Why the engine is done. */
export type Leaving =
  | { readonly kind: 'ended'; readonly exitCode: number }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'told-to' }
  | { readonly kind: 'broken'; readonly error: unknown };

export class Engine implements Effects {
  readonly done: Promise<Leaving>;
  private readonly options: EngineOptions;
  private readonly driver: Driver;
  private readonly attempts: Attempts;
  private readonly timers: Timers;
  private leaving: 'waiting' | 'told-to' | null = null;
  private finish: (leaving: Leaving) => void = () => {};

  constructor(options: EngineOptions) {
    this.options = options;
    this.done = new Promise((resolve) => {
      this.finish = resolve;
    });
    const hear = (event: Undated): void => this.outcome(event);
    this.attempts = new Attempts(options.setting, options.wall, options.inherited, hear);
    this.timers = new Timers(options.wall, (timer) => this.fired(timer));
    this.driver = new Driver(options.state, {
      journal: options.journal,
      effects: this,
      observer: { recorded: (entries, context) => this.recorded(entries, context) },
      wall: options.wall,
      soon: setImmediate,
      broken: (error) => this.leave({ kind: 'broken', error }),
    });
  }

  get state(): EngineState {
    return this.driver.state;
  }

  /** Begins a new run: `run.began` is its first entry. */
  begin(began: Undated): void {
    this.armBudget();
    this.driver.hear(began);
  }

  /** Takes up a run that another engine left; `first` says who does so. */
  takeUp(...first: readonly Undated[]): void {
    this.armBudget();
    this.driver.takeUp(...first);
  }

  decide(decision: Decision): void {
    this.driver.hear(decision);
  }

  /** Leaves now, whatever is under way: processes go on, the run can be resumed. */
  abandonPost(): void {
    if (this.leaving !== null) return;
    this.leaving = 'told-to';
    this.driver.hear({ type: 'engine.left', reason: 'signal', owed: owedOf(this.state.context) });
  }

  prepare(command: Extract<Command, { readonly do: 'prepare' }>, context: Context, now: number): Undated {
    return this.attempts.prepare(command, context, now);
  }

  perform(command: EffectCommand, context: Context): void {
    switch (command.do) {
      case 'carry-out':
        return this.attempts.carryOut(command, context);
      case 'cancel':
        return this.attempts.cancel(command);
      case 'probe':
        return this.attempts.probe(command, context);
      case 'arm':
        return this.timers.arm(command.timer, command.due);
      case 'disarm':
        return this.timers.disarm(command.timer);
      case 'ask':
        return undefined;
    }
  }

  private recorded(entries: Parameters<Observer['recorded']>[0], context: Context): void {
    this.options.observer.recorded(entries, context);
    if (context.end !== null) return this.leave({ kind: 'ended', exitCode: context.exitCode ?? 70 });
    if (context.left) return this.leave({ kind: this.leaving ?? 'told-to' });
    if (!this.options.waits && this.leaving === null && waitsForPeople(context)) {
      this.leaving = 'waiting';
      this.driver.hear({ type: 'engine.left', reason: 'waiting', owed: [] });
    }
    return undefined;
  }

  private leave(leaving: Leaving): void {
    this.timers.disarmAll();
    this.options.setting.processes.close();
    this.finish(leaving);
  }

  /** A disk that is too full for a step to begin is too full for its record: the reserve is for what comes now. */
  private outcome(event: Undated): void {
    if (isFullDisk(event) && this.state.context.index.get(event.step)?.place !== 'updates') {
      this.options.journal.releaseReserve();
      const detail = `the disk of the home is full (${event.end.reason}): no further step is started`;
      this.driver.hear({ type: 'disk.filled', detail });
    }
    this.driver.hear(event);
  }

  private fired(timer: string): void {
    if (timer === 'budget:80') this.driver.hear({ type: 'budget.spent', percent: 80 });
    else if (timer === 'budget:100') this.driver.hear({ type: 'budget.spent', percent: 100 });
    else this.driver.hear({ type: 'timer.fired', timer });
  }

  private armBudget(): void {
    const { setting, beganAt } = this.options;
    const budget = setting.plan.timeBudgetMs;
    if (budget === null) return;
    this.timers.arm('budget:80', beganAt + budget * 0.8);
    this.timers.arm('budget:100', beganAt + budget);
  }
}

type StepFailed = Extract<Undated, { readonly type: 'step.failed' }>;

function isFullDisk(event: Undated): event is StepFailed {
  if (event.type !== 'step.failed' || event.class !== 'spawn') return false;
  return /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/.test(event.end.reason ?? '');
}

/** Nothing is under way, and nothing will be until a person has spoken. */
function waitsForPeople(context: Context): boolean {
  if (activeSteps(context).length > 0) return false;
  return context.paused || context.steps.values().some((step) => step.status === 'waiting');
}

/** What a run that is left in the middle of stopping still owes: processes to be ended, people to be told. */
function owedOf(context: Context): readonly string[] {
  const inFlight = activeSteps(context).map((id) => `${id} is ${stepState(context, id).status}`);
  const untold = context.plan.escalate.steps
    .filter((step) => context.stop !== null && ['pending', 'running'].includes(stepState(context, step.id).status))
    .map((step) => `${step.id} is to be told`);
  return [...new Set([...inFlight, ...untold])];
}
