/**
 * An imagined world around the real machine (`decide`): it answers every command with what its failures say, else
 * well, in simulated time. No I/O and no clock. A world is a handful of values that are replaced and never changed in
 * place: a copy costs nothing, and a run can be gone on with from any moment in many ways.
 *
 * Owns: time, engines that die and come, who is asked and what they answer.
 * Does not own: how an attempt ends (attempt-fate.ts), what follows from an event (engine).
 */
import { type EngineState, initialState } from '../engine/decide.ts';
import type { Command, Question, RunEvent } from '../engine/protocol.ts';
import { outstanding } from '../engine/replay.ts';
import { stepState } from '../engine/state.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { endCancelled, endUnknown, fateOf, type OwnLimit } from './attempt-fate.ts';
import type { FailureKind } from './failure.ts';
import { type Happening, withOne } from './happening.ts';
import type { ImaginedValues } from './imagined-values.ts';
import { answerTo, isAbout, nobody } from './people.ts';
import { endsWithinMs, replyMs, resumedAfterMs } from './timing.ts';
import { immediate, turnOf } from './turn.ts';

/** What a world is made of and does not change. */
export interface Scene {
  readonly plan: Plan;
  readonly durationOf: (step: PlannedStep) => number;
  /** Done by the engine's own process: when that dies, nobody can say how far it came. */
  readonly insideEngine: (step: PlannedStep) => boolean;
  readonly ownLimitOf: (step: PlannedStep) => OwnLimit | null;
  readonly values: ImaginedValues;
}

export interface Asked {
  readonly step: string;
  readonly question: Question;
  /** Milliseconds that they have, from when they are asked. */
  readonly withinMs: number;
  readonly answered: boolean;
}

interface Attempt {
  readonly number: number;
  readonly stage: 'action' | 'verify';
  /** Ended while no engine was there to see it. */
  readonly ended: RunEvent | null;
  /** It was inside an engine that is gone. */
  readonly lost: boolean;
}

const mostEngines = 6;

export class World {
  readonly scene: Scene;
  state: EngineState;
  now = 0;
  queue: readonly Happening[] = [];
  asked: readonly Asked[] = [];
  engines = 0;
  /** Steps that began with what happened last. */
  begun: readonly string[] = [];
  /** Steps whose engine has been made to die. */
  died: ReadonlySet<string> = new Set();
  failures: ReadonlyMap<string, FailureKind>;
  alive = false;
  private attempts: ReadonlyMap<string, Attempt> = new Map();

  constructor(scene: Scene, failures: ReadonlyMap<string, FailureKind>) {
    this.scene = scene;
    this.failures = failures;
    this.state = initialState(scene.plan);
  }

  /** The same moment, with further failures to come. */
  fork(failures: ReadonlyMap<string, FailureKind>): World {
    const world = Object.assign(Object.create(World.prototype) as World, this);
    world.failures = failures;
    return world;
  }

  begin(): void {
    const { name, system, change } = this.scene.plan;
    this.alive = true;
    this.engines = 1;
    this.begun = [];
    const who = { by: nobody, reason: null, boot: 'b', pid: 1, version: '0', onceKey: null, withoutWaiting: false };
    const run = { run: 'WHATIF', mode: 'real', planDigest: '', playbook: name, system, change } as const;
    this.hear({ type: 'run.began', at: 0, ...run, ...who });
  }

  /** Lets the next thing happen; false when nothing is left to happen. */
  advance(): boolean {
    const [first, ...rest] = this.queue;
    if (first === undefined || this.engines > mostEngines) return false;
    this.queue = rest;
    this.begun = [];
    this.now = Math.max(this.now, first.at);
    this.happen(first);
    return true;
  }

  private happen(happening: Happening): void {
    switch (happening.what) {
      case 'engine-dies':
        return this.die();
      case 'engine-comes':
        return this.comes();
      case 'timer':
        return this.hear({ type: 'timer.fired', timer: happening.timer, at: this.now });
      case 'answer':
        if (!this.alive) return this.postpone(happening);
        return this.hear({ ...happening.event, at: this.now });
      case 'end':
        return this.ended(happening.step, happening.event);
    }
  }

  // engines

  private die(): void {
    if (!this.alive) return;
    this.alive = false;
    const lost = new Set<string>();
    const attempts = new Map(this.attempts);
    for (const [id, attempt] of attempts) {
      const step = this.state.context.index.get(id);
      if (step === undefined || !this.scene.insideEngine(step)) continue;
      attempts.set(id, { ...attempt, lost: true });
      lost.add(id);
    }
    this.attempts = attempts;
    this.queue = this.queue.filter((each) => each.what !== 'timer' && !(each.what === 'end' && lost.has(each.step)));
    this.add({ at: this.now + resumedAfterMs, what: 'engine-comes' });
  }

  private comes(): void {
    this.alive = true;
    this.engines += 1;
    this.take([{ type: 'engine.attached', by: nobody, boot: 'b', pid: this.engines, notes: [], at: this.now }]);
    const commands = outstanding(this.state);
    const effects = this.take(
      commands.flatMap((command) => immediate(command, this.state, this.now, this.scene.values) ?? []),
    );
    this.perform([...commands, ...effects]);
  }

  private postpone(happening: Happening): void {
    const comes = this.queue.find(({ what }) => what === 'engine-comes');
    if (comes !== undefined) this.add({ ...happening, at: comes.at });
  }

  // the machine

  private hear(event: RunEvent): void {
    this.perform(this.take([event]));
  }

  private take(events: readonly RunEvent[]): readonly Command[] {
    const { state, commands, begun } = turnOf(this.state, events, this.now, this.scene.values);
    this.state = state;
    this.begun = [...this.begun, ...begun];
    return commands;
  }

  /** An engine that dies performs nothing more; the next one finds what is outstanding. */
  private perform(commands: readonly Command[]): void {
    for (const command of commands) if (this.alive) this.performOne(command);
    if (!this.state.context.left || !this.alive) return;
    this.alive = false;
    this.add({ at: this.now + resumedAfterMs, what: 'engine-comes' });
  }

  private performOne(command: Command): void {
    switch (command.do) {
      case 'carry-out':
        return this.carryOut(command);
      case 'cancel':
        return this.cancel(command);
      case 'probe': {
        const { step, attempt } = command;
        const event = {
          type: 'step.probed',
          step,
          attempt,
          answer: 'unknown',
          detail: 'it cannot tell',
          at: 0,
        } as const;
        return this.add({ at: this.now + endsWithinMs, what: 'answer', event });
      }
      case 'arm':
        this.disarm(command.timer);
        return this.add({ at: Math.max(command.due, this.now), what: 'timer', timer: command.timer });
      case 'disarm':
        return this.disarm(command.timer);
      case 'ask':
        return this.ask(command.step, command.question);
    }
  }

  // attempts

  private carryOut({ step: id, attempt: number, stage }: Extract<Command, { readonly do: 'carry-out' }>): void {
    const step = this.stepOf(id);
    if (step === undefined) return;
    const kind = this.failures.get(id);
    const known = this.attempts.get(id);
    const isKnown = known?.number === number && known.stage === stage;
    if (isKnown && known.ended !== null) return this.deliver(id, known.ended);
    if (isKnown && !known.lost) return;
    if (isKnown && stage === 'action' && !step.repeatable)
      return this.hear({ ...endUnknown(step, number), at: this.now });
    const dies = stage === 'action' ? this.deathAt(id) : undefined;
    if (dies === 'engine-dies-before') {
      if (this.scene.insideEngine(step)) this.remember(id, { number, stage, ended: null, lost: true });
      return this.die();
    }
    this.remember(id, { number, stage, ended: null, lost: false });
    const fate = fateOf({ step, attempt: number, stage, kind }, this.scene, this.state.context, this.now);
    if (fate === null) return;
    if (dies === 'engine-dies-during') this.add({ at: this.now + Math.round(fate.afterMs / 2), what: 'engine-dies' });
    if (dies === 'engine-dies-after') this.add({ at: this.now + fate.afterMs, what: 'engine-dies' });
    this.add({ at: this.now + fate.afterMs, what: 'end', step: id, event: fate.event });
  }

  /** Each step's engine dies once. */
  private deathAt(id: string): FailureKind | undefined {
    const kind = this.failures.get(id);
    if (kind?.startsWith('engine-dies') !== true || this.died.has(id)) return undefined;
    this.died = new Set([...this.died, id]);
    return kind;
  }

  private ended(id: string, event: RunEvent): void {
    const attempt = this.attempts.get(id);
    if (attempt === undefined) return;
    if (this.alive) return this.deliver(id, event);
    this.remember(id, { ...attempt, ended: event });
  }

  /** What was delivered is the engine's to remember. */
  private deliver(id: string, event: RunEvent): void {
    const others = new Map(this.attempts);
    others.delete(id);
    this.attempts = others;
    this.hear({ ...event, at: this.now });
  }

  private cancel({ step, attempt }: Extract<Command, { readonly do: 'cancel' }>): void {
    this.queue = this.queue.filter((each) => each.what !== 'end' || each.step !== step);
    this.add({ at: this.now + endsWithinMs, what: 'end', step, event: endCancelled(step, attempt) });
  }

  private remember(id: string, attempt: Attempt): void {
    this.attempts = new Map(this.attempts).set(id, attempt);
  }

  // people

  private ask(id: string, question: Question): void {
    const step = this.stepOf(id);
    if (step === undefined || stepState(this.state.context, id).status === 'task') return;
    const answer = answerTo(this.failures, step, question);
    const asked = { step: id, question, withinMs: step.answerWithinMs, answered: answer !== null };
    if (!this.asked.some((each) => each.step === id && each.question === question)) this.asked = [...this.asked, asked];
    if (answer === null || this.queue.some((each) => each.what === 'answer' && isAbout(each.event, id))) return;
    const at = this.now + (question === 'confirm' ? this.scene.durationOf(step) : replyMs(step));
    this.add({ at, what: 'answer', event: answer });
    if (question === 'confirm' && this.deathAt(id) === 'engine-dies-during')
      this.add({ at: this.now + Math.round((at - this.now) / 2), what: 'engine-dies' });
  }

  private add(happening: Happening): void {
    this.queue = withOne(this.queue, happening);
  }

  private disarm(timer: string): void {
    if (this.queue.some((each) => each.what === 'timer' && each.timer === timer))
      this.queue = this.queue.filter((each) => each.what !== 'timer' || each.timer !== timer);
  }

  private stepOf(id: string): PlannedStep | undefined {
    return this.state.context.index.get(id);
  }
}
