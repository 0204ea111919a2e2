/**
 * A world in memory that the real `Driver` and the real `decide` drive: a disk, attempts, timers, people, a clock
 * that jumps from one happening to the next, and engines that die at any boundary. Deterministic.
 *
 * Owns: what survives an engine (disk, attempts, people's words) and what does not (timers, what was heard).
 * Does not own: what must hold in the end (`laws.ts`). It notes at once what only the moment shows: P3, P4, P5,
 * refused decisions, an engine that breaks.
 */

import { initialState } from '../../src/engine/decide.ts';
import type { Command } from '../../src/engine/protocol.ts';
import { refusal } from '../../src/engine/refusal.ts';
import { replay } from '../../src/engine/replay.ts';
import { type Context, stepState } from '../../src/engine/state.ts';
import type { EffectCommand, Effects, Undated } from '../../src/ports/effects.ts';
import { Driver } from '../../src/runtime/driver.ts';
import { good } from './attempts.ts';
import { Disk } from './disk.ts';
import { Happenings } from './happenings.ts';
import { Death, Mortality } from './mortality.ts';
import { aimOf, answerOf, decisionOf, type Saying, someone } from './people.ts';
import type { Scenario } from './scenario.ts';
import type { Breach, Trace } from './trace.ts';
import { Watch } from './watch.ts';
import { WorldAttempts } from './world-attempts.ts';

const start = Date.parse('2026-11-22T02:00:00.000Z');
const run = '01JDMODEL';
/** A scenario that has not come to rest by then never will. */
const patience = 5_000;

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
  private readonly disk: Disk;
  private readonly mortality: Mortality;
  private readonly breaches: Breach[] = [];
  /** What was said and no engine has recorded or refused yet. */
  private readonly inbox = new Set<Saying>();
  private readonly asked = new Set<string>();
  /** What will be said when the journal has so many entries, the first first. */
  private readonly remarks: { readonly saying: Saying; readonly entries: number }[] = [];
  private now = start;
  private engine: Engine | undefined;
  private engines = 0;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.mortality = new Mortality(scenario.crashes);
    this.disk = new Disk(this.mortality, scenario.fullAtAppend);
    this.attempts = new WorldAttempts({
      scenario,
      happenings: this.happenings,
      now: () => this.now,
      isOnDisk: (text) => this.disk.text.includes(text),
      breach: (law, text) => this.breaches.push({ law, text }),
      hear: (event) => this.engine?.driver.hear(event),
    });
  }

  tell(): Trace {
    const { plan } = this.scenario;
    this.scheduleWords();
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
      if (this.engine !== undefined && this.engine.driver.state.context.end !== null) this.leaves();
      this.remark();
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
    const driver = new Driver(
      entries.length === 0
        ? initialState(plan)
        : replay(
            plan,
            entries.map((e) => e.event),
          ),
      {
        journal: this.disk,
        effects: this,
        observer: { recorded: (recorded) => watch.recorded(recorded) },
        wall: { now: () => this.now },
        soon: (work) => soon.push(work),
        broken: (error) => this.broken(error),
      },
    );
    this.engine = { driver, watch, soon };
    this.engines += 1;
    if (entries.length === 0) driver.hear(this.began());
    else driver.takeUp(...(this.scenario.attaches ? [attached] : []));
    this.drain();
    for (const saying of this.inbox) this.say(saying);
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
        return this.ask(command.step, context);
    }
  }

  private arm(timer: string, due: number): void {
    const happen = () => this.engine?.driver.hear({ type: 'timer.fired', timer });
    this.happenings.add({ at: Math.max(due, this.now), rank: 'timer', name: timer, happen });
  }

  // people

  private scheduleWords(): void {
    this.scenario.words.forEach((word, n) => {
      const reason = `word ${n}`;
      const saying: Saying = { reason, decide: (context) => decisionOf(word, aimOf(word, context), reason) };
      if ('entries' in word.when) this.remarks.push({ saying, entries: word.when.entries });
      else this.speak(start + word.when.atMs, saying);
    });
    this.remarks.sort((one, other) => one.entries - other.entries);
  }

  private speak(at: number, saying: Saying): void {
    this.happenings.add({ at, rank: 'person', name: saying.reason, happen: () => this.say(saying) });
  }

  /** What people say to what they see happen. */
  private remark(): void {
    for (
      let [next] = this.remarks;
      next !== undefined && next.entries <= this.disk.entries.length;
      [next] = this.remarks
    ) {
      this.remarks.shift();
      this.speak(this.now, next.saying);
    }
  }

  /** A question is answered once, however many engines ask it. */
  private ask(id: string, context: Context): void {
    const { attempt, question, status } = stepState(context, id);
    const name = `answer ${id}/${attempt}/${question ?? ''}/${this.disk.text.split('"run.ended"').length}`;
    if (this.asked.has(name) || status !== 'waiting') return;
    this.asked.add(name);
    const { say, ms } = answerOf(this.scenario.answers, [...context.index.keys()].indexOf(id), attempt);
    if (say === 'nothing') return;
    const step = say === 'skip' ? (context.parents.get(id) ?? id) : id;
    const decision = decisionOf({ say, cancels: false, urgent: false }, step, name);
    const saying: Saying = { reason: name, decide: () => decision };
    this.speak(this.now + ms, saying);
  }

  /** It stays in the inbox until an engine has recorded or refused it; after the run's end it calls a new engine. */
  private say(saying: Saying): void {
    this.inbox.add(saying);
    this.drain();
    const { engine } = this;
    if (engine === undefined) return this.hasEnded() ? this.comes() : undefined;
    if (this.isRecorded(saying)) {
      this.inbox.delete(saying);
      return;
    }
    const decision = saying.decide(engine.driver.state.context);
    const refused = refusal(engine.driver.state.context, decision);
    if ('step' in decision && refused === undefined) this.attempts.putToRest(decision.step);
    const filled = this.timesFilled();
    engine.driver.hear(decision);
    this.drain();
    if (this.engine !== engine) return;
    this.inbox.delete(saying);
    const recorded = this.isRecorded(saying);
    if (recorded === (refused === undefined) || this.timesFilled() > filled) return;
    const text = `${decision.type} is ${recorded ? '' : 'not '}recorded; the refusal: ${refused ?? 'none'}`;
    this.breaches.push({ law: 'refusal', text });
  }

  private isRecorded({ reason }: Saying): boolean {
    return this.disk.entries.some(({ event }) => 'reason' in event && event.reason === reason);
  }

  private timesFilled(): number {
    return this.disk.entries.filter(({ event }) => event.type === 'disk.filled').length;
  }

  private hasEnded(): boolean {
    return (
      replay(
        this.scenario.plan,
        this.disk.entries.map((entry) => entry.event),
      ).context.end !== null
    );
  }
}

const attached: Undated = { type: 'engine.attached', by: someone, boot: 'b1', pid: 2, notes: [] };
