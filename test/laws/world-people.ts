/**
 * Who speaks in the imagined world. Owns what was said and not yet heard: it survives engines, and after the run's
 * end it calls a new one. Notes when a decision is recorded though it was refused, or the other way round.
 */
import { refusal } from '../../src/engine/refusal.ts';
import { type Context, stepState } from '../../src/engine/state.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Driver } from '../../src/runtime/driver.ts';
import type { Happenings } from './happenings.ts';
import { aimOf, answerOf, decisionOf, type Saying } from './people.ts';
import type { Scenario } from './scenario.ts';
import type { Breach } from './trace.ts';

export interface Audience {
  readonly scenario: Scenario;
  readonly happenings: Happenings;
  readonly start: number;
  readonly now: () => number;
  readonly entries: () => readonly Entry[];
  /** The engine that lives, when it has thought about all that it knows. */
  readonly engine: () => Driver | undefined;
  readonly callEngine: () => void;
  /** A person has seen to what still lives of the step. */
  readonly vouch: (step: string) => void;
  readonly breach: (law: Breach['law'], text: string) => void;
}

export class WorldPeople {
  private readonly around: Audience;
  /** What was said and no engine has recorded or refused yet. */
  private readonly inbox = new Set<Saying>();
  private readonly asked = new Set<string>();
  /** What will be said when the journal has so many entries, the first first. */
  private readonly remarks: { readonly saying: Saying; readonly entries: number }[] = [];

  constructor(around: Audience) {
    this.around = around;
    around.scenario.words.forEach((word, n) => {
      const reason = `word ${n}`;
      const saying: Saying = { reason, decide: (context) => decisionOf(word, aimOf(word, context), reason) };
      if ('entries' in word.when) this.remarks.push({ saying, entries: word.when.entries });
      else this.speak(around.start + word.when.atMs, saying);
    });
    this.remarks.sort((one, other) => one.entries - other.entries);
  }

  /** What people say to what they see happen. */
  remark(): void {
    for (let [next] = this.remarks; next !== undefined && next.entries <= this.length(); [next] = this.remarks) {
      this.remarks.shift();
      this.speak(this.around.now(), next.saying);
    }
  }

  /** A question is answered once, however many engines ask it. */
  ask(id: string, context: Context): void {
    const { attempt, question, status } = stepState(context, id);
    const name = `answer ${id}/${attempt}/${question ?? ''}/${this.count('run.ended')}`;
    if (this.asked.has(name) || status !== 'waiting') return;
    this.asked.add(name);
    const { answers } = this.around.scenario;
    const { say, ms } = answerOf(answers, [...context.index.keys()].indexOf(id), attempt);
    if (say === 'nothing') return;
    const step = say === 'skip' ? (context.parents.get(id) ?? id) : id;
    const decision = decisionOf({ say, cancels: false, urgent: false }, step, name);
    this.speak(this.around.now() + ms, { reason: name, decide: () => decision });
  }

  /** To a new engine, all that the last one has not heard. */
  sayAgain(): void {
    for (const saying of this.inbox) this.say(saying);
  }

  private speak(at: number, saying: Saying): void {
    this.around.happenings.add({ at, rank: 'person', name: saying.reason, happen: () => this.say(saying) });
  }

  private say(saying: Saying): void {
    this.inbox.add(saying);
    const engine = this.around.engine();
    if (engine === undefined) {
      if (this.around.entries().at(-1)?.event.type === 'run.ended') this.around.callEngine();
      return;
    }
    if (!this.isRecorded(saying)) this.hear(engine, saying);
    if (this.isRecorded(saying) || this.around.engine() === engine) this.inbox.delete(saying);
  }

  private hear(engine: Driver, saying: Saying): void {
    const decision = saying.decide(engine.state.context);
    const refused = refusal(engine.state.context, decision);
    if ('step' in decision && refused === undefined) this.around.vouch(decision.step);
    const filled = this.count('disk.filled');
    engine.hear(decision);
    if (this.around.engine() !== engine) return;
    const recorded = this.isRecorded(saying);
    if (recorded === (refused === undefined) || this.count('disk.filled') > filled) return;
    const text = `${decision.type} is ${recorded ? '' : 'not '}recorded; the refusal: ${refused ?? 'none'}`;
    this.around.breach('refusal', text);
  }

  private isRecorded({ reason }: Saying): boolean {
    return this.around.entries().some(({ event }) => 'reason' in event && event.reason === reason);
  }

  private count(type: string): number {
    return this.around.entries().filter(({ event }) => event.type === type).length;
  }

  private length(): number {
    return this.around.entries().length;
  }
}
