/**
 * A world in memory that the real `Driver` and the real `decide` drive: a disk, attempts, timers, people, a clock
 * that jumps from one happening to the next, and engines that die at any boundary. Deterministic.
 *
 * Owns: the clock, engines that come and die, what dies with them (timers, what was heard), and what breaks them.
 * Does not own: attempts and people, who survive engines; what must hold in the end (`laws.ts`). What only the moment
 * shows (P3, P4, P5, refusals) is noted at once.
 */

import { initialState } from '../../src/engine/decide.ts';
import type { Command } from '../../src/engine/protocol.ts';
import { replay } from '../../src/engine/replay.ts';
import type { Context } from '../../src/engine/state.ts';
import type { EffectCommand, Effects, Undated } from '../../src/ports/effects.ts';
import { Driver } from '../../src/runtime/driver.ts';
import { good } from './attempts.ts';
import { Disk } from './disk.ts';
import { Happenings } from './happenings.ts';
import { Death, Mortality } from './mortality.ts';
import { someone } from './people.ts';
import type { Scenario } from './scenario.ts';
import type { Breach, Trace } from './trace.ts';
import { Watch } from './watch.ts';
import { WorldAttempts } from './world-attempts.ts';
import { WorldPeople } from './world-people.ts';

const start = Date.parse('2026-11-22T02:00:00.000Z');
const run = '01JDMODEL';
/** A scenario that has not come to rest by then never will. */
const patience = 5_000;

/** How long a person takes to call another engine. */
const calledAfterMs = 1_000;

interface Engine {
  readonly driver: Driver;
  readonly watch: Watch;
  readonly soon: (() => void)[];
}

/** Tells the scenario to its end. */
export function tell(scenario: Scenario): Trace {
  return new World(scenario).tell();
}

class World implements Effects {
  private readonly scenario: Scenario;
  private readonly happenings = new Happenings();
  private readonly attempts: WorldAttempts;
  private readonly people: WorldPeople;
  private readonly disk: Disk;
  private readonly mortality: Mortality;
  private readonly breaches: Breach[] = [];
  private now = start;
  private engine: Engine | undefined;
  private engines = 0;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.mortality = new Mortality(scenario.crashes);
    this.disk = new Disk(this.mortality, scenario.fullAtAppend);
    const { happenings } = this;
    const now = () => this.now;
    const breach = (law: Breach['law'], text: string) => this.breaches.push({ law, text });
    const isOnDisk = (text: string) => this.disk.text.includes(text);
    const hear = (event: Undated) => this.engine?.driver.hear(event);
    this.attempts = new WorldAttempts({ scenario, happenings, now, breach, isOnDisk, hear });
    this.people = new WorldPeople({
      scenario,
      happenings,
      start,
      now,
      breach,
      entries: () => this.disk.entries,
      engine: () => {
        this.drain();
        return this.engine?.driver;
      },
      callEngine: () => this.comes(),
      vouch: (step) => this.attempts.putToRest(step),
    });
  }

  tell(): Trace {
    const { plan } = this.scenario;
    this.comes();
    const restless = !this.live();
    const entries = this.disk.entries;
    const events = entries.map(({ event }) => event);
    const { engines, breaches, scenario } = this;
    const { left: parts, text } = this.disk;
    return { scenario, entries, parts, text, state: replay(plan, events), engines, restless, breaches };
  }

  /** Whether it came to rest. */
  private live(): boolean {
    for (let n = 0; n < patience; n += 1) {
      if (!this.scenario.together || !this.happenings.isAnyAt(this.now)) this.drain();
      this.letGo();
      this.people.remark();
      const next = this.happenings.next();
      if (next === undefined) return true;
      this.now = Math.max(this.now, next.at);
      next.happen();
    }
    return false;
  }

  // engines

  private comes(): void {
    this.disk.reopen();
    const entries = this.disk.entries;
    const { plan } = this.scenario;
    const soon: (() => void)[] = [];
    const watch = new Watch(plan, entries);
    const events = entries.map(({ event }) => event);
    const driver = new Driver(entries.length === 0 ? initialState(plan) : replay(plan, events), {
      journal: this.disk,
      effects: this,
      observer: { recorded: (recorded) => watch.recorded(recorded) },
      wall: { now: () => this.now },
      soon: (work) => soon.push(work),
      broken: (error) => this.broken(error),
    });
    this.engine = { driver, watch, soon };
    this.engines += 1;
    if (entries.length === 0) driver.hear(this.began());
    else driver.takeUp(...(this.scenario.attaches || driver.state.context.left ? [attached] : []));
    this.drain();
    this.people.sayAgain();
  }

  /** After a death; a person may have called one sooner. */
  private follows(): void {
    if (this.engine === undefined) this.comes();
  }

  private began(): Undated {
    const { plan, mode } = this.scenario;
    const { change, system, name } = plan;
    const who = { by: someone, reason: null, boot: 'b1', pid: 1, version: '0', onceKey: null, withoutWaiting: false };
    return { type: 'run.began', run, mode, planDigest: '0', playbook: name, system, change, ...who };
  }

  /** Lets the engine think until it has nothing more to think about. */
  private drain(): void {
    const { engine } = this;
    if (engine === undefined) return;
    for (let work = engine.soon.shift(); work !== undefined; work = engine.soon.shift()) work();
    if (this.engine !== engine) return;
    const text = engine.watch.difference(engine.driver.state) ?? engine.watch.forgotten();
    if (text !== undefined) this.breaches.push({ law: 'P5', text });
  }

  /** An engine goes when the run has ended, or with what it owes: then a person calls another. */
  private letGo(): void {
    const context = this.engine?.driver.state.context;
    if (context === undefined || (context.end === null && !context.left)) return;
    this.leaves();
    if (context.end !== null) return;
    const at = this.now + calledAfterMs;
    this.happenings.add({ at, rank: 'engine', name: 'engine', happen: () => this.follows() });
  }

  /** What the engine alone knew is gone. */
  private leaves(): void {
    this.engine?.soon.splice(0);
    this.engine = undefined;
    this.happenings.drop('timer');
  }

  private broken(error: unknown): void {
    this.leaves();
    if (!(error instanceof Death)) {
      this.breaches.push({ law: 'fault', text: String(error instanceof Error ? error.stack : error) });
      return;
    }
    this.attempts.engineDied(error.crash.loses);
    const at = this.now + error.crash.deadMs;
    this.happenings.add({ at, rank: 'engine', name: 'engine', happen: () => this.follows() });
  }

  // effects

  prepare({ step, attempt }: Extract<Command, { readonly do: 'prepare' }>): Undated {
    const kind = this.scenario.fates[step]?.[attempt - 1]?.kind;
    if (kind === 'excluded') return { type: 'step.excluded', step, because: 'params.x is false' };
    if (kind === 'unprepared') {
      return { type: 'step.failed', step, attempt, class: 'preparation', end: { ...good, reason: 'no such file' } };
    }
    const key = `${run}/${step}/${attempt}`;
    return { type: 'step.started', step, attempt, key, deadline: null, boot: 'b1', does: [], env: [] };
  }

  perform(command: EffectCommand, context: Context): void {
    this.mortality.passBoundary();
    this.engine?.watch.performed(command);
    this.effect(command, context);
    this.mortality.passBoundary();
  }

  private effect(command: EffectCommand, context: Context): void {
    switch (command.do) {
      case 'carry-out':
        return this.attempts.carryOut(command, context);
      case 'cancel':
        return this.attempts.cancel(command, context);
      case 'probe':
        return this.attempts.probe(command, context);
      case 'arm':
        return this.arm(command.timer, command.due);
      case 'disarm':
        return this.happenings.drop('timer', command.timer);
      case 'ask':
        return this.people.ask(command.step, context);
    }
  }

  private arm(timer: string, due: number): void {
    if (this.isHeardEnough(timer)) return;
    const happen = () => this.engine?.driver.hear({ type: 'timer.fired', timer });
    this.happenings.add({ at: Math.max(due, this.now), rank: 'timer', name: timer, happen });
  }

  private isHeardEnough(timer: string): boolean {
    if (!/^(?:update|overdue):/.test(timer)) return false;
    const fired = this.disk.entries.filter(({ event }) => event.type === 'timer.fired' && event.timer === timer);
    return fired.length >= enoughUpdates;
  }
}

/** More regular updates of one audience show nothing new, and a long wait would never end. */
const enoughUpdates = 40;

const attached: Undated = { type: 'engine.attached', by: someone, boot: 'b1', pid: 2, notes: [] };
