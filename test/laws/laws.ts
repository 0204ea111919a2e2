/** What must hold of every told scenario, judged from the plan and the journal alone, not from the engine's state. */

import { activeSteps } from '../../src/engine/place-over.ts';
import type { RunEvent } from '../../src/engine/protocol.ts';
import { stepState } from '../../src/engine/state.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import { everyStep } from './arbitrary.ts';
import { OwedMessages } from './owed.ts';
import { TouchedData } from './touched-data.ts';
import type { Breach, Trace } from './trace.ts';
import { isOfUpdate } from './updates.ts';

/** Every breach of the laws in the trace. */
export function breachesOf(trace: Trace): readonly Breach[] {
  return [...trace.breaches, ...new Reading(trace).breaches(), ...rest(trace)];
}

/** The journal read from its beginning by somebody who knows the plan and not the engine. */
class Reading {
  private readonly trace: Trace;
  private readonly steps: ReadonlyMap<string, PlannedStep>;
  private readonly parents: ReadonlyMap<string, string>;
  private readonly found: Breach[] = [];
  /** Done, by themselves, by a contingency or by a person's word. */
  private readonly done = new Set<string>();
  private readonly skipped = new Set<string>();
  /** Looked at again, without an answer. */
  private readonly doubted = new Set<string>();
  private readonly excluded = new Set<string>();
  /** A failure that its playbook or its place lets pass. */
  private readonly failed = new Set<string>();
  /** Of a check: when its last pass was recorded, and how many restores had begun when that attempt began. */
  private readonly passes = new Map<string, { readonly at: number; readonly restores: number }>();
  private readonly restoresSeen = new Map<string, number>();
  private restores = 0;
  /** Told since the run began or was last reopened. */
  private told = new Set<string>();
  private readonly begun = new Set<string>();
  private readonly owed: OwedMessages;
  private readonly data: TouchedData;
  private ended = false;

  constructor(trace: Trace) {
    this.trace = trace;
    const all = everyStep(trace.scenario.plan);
    this.steps = new Map(all.map((step) => [step.id, step]));
    this.parents = new Map(all.flatMap((step) => step.contingency.map(({ id }) => [id, step.id] as const)));
    const heads = all.filter(({ place }) => place === 'escalate');
    this.owed = new OwedMessages(new Map(heads.map(({ id }) => [id, this.parents.get(id) ?? id])));
    this.data = new TouchedData(all.filter(({ place }) => place === 'restore'));
    for (const step of all) if (step.condition === false) this.excluded.add(step.id);
  }

  breaches(): readonly Breach[] {
    for (const { event } of this.trace.entries) this.read(event);
    return this.found;
  }

  private breach(law: Breach['law'], text: string): void {
    this.found.push({ law, text });
  }

  private read(event: RunEvent): void {
    if (this.ended && event.type.startsWith('decision.')) this.reopened();
    else if (this.ended) this.breach('end', `${event.type} is recorded after the run's end`);
    if (isOfUpdate(this.trace.scenario.plan, event)) return;
    this.owed.read(event);
    this.data.read(event);
    switch (event.type) {
      case 'step.started':
        return this.started(event.step, event.at);
      case 'step.succeeded':
      case 'step.simulated':
        return this.succeeded(event.step, event.at);
      case 'decision.confirm':
        return this.succeeded(event.step, event.at);
      case 'step.probed':
        if (event.answer === 'yes') return this.succeeded(event.step, event.at);
        // Measured: what it did once does not hold any more (a closing step of a reopened run).
        if (event.answer === 'no') this.done.delete(event.step);
        if (event.answer === 'unknown') this.doubted.add(event.step);
        return;
      case 'step.failed':
        if (event.class === 'preparation') this.told.add(event.step);
        this.failed.add(event.step);
        return;
      case 'step.timed-out':
      case 'step.unknown':
      case 'decision.reject':
        this.failed.add(event.step);
        return;
      case 'timer.fired':
        if (event.timer.startsWith('answer:')) this.failed.add(event.timer.slice('answer:'.length));
        return;
      case 'step.excluded':
        this.excluded.add(event.step);
        return;
      case 'decision.skip':
        this.skipped.add(event.step);
        return;
      case 'decision.retry':
        // Asked whether it still holds, it could not say; then a person had it done again.
        if (this.doubted.delete(event.step)) this.done.delete(event.step);
        this.skipped.delete(event.step);
        this.failed.delete(event.step);
        return;
      case 'run.ended':
        return this.ends(event);
      default:
        return;
    }
  }

  private reopened(): void {
    this.ended = false;
    this.told = new Set();
    const { phases, escalate } = this.trace.scenario.plan;
    for (const { id, contingency } of [...phases.announce.steps, ...escalate.steps]) {
      for (const name of [id, ...contingency.map((other) => other.id)]) this.done.delete(name);
    }
  }

  private started(id: string, at: number): void {
    this.told.add(id);
    this.begun.add(id);
    const step = this.steps.get(id);
    if (step === undefined) return this.breach('fault', `${id} is not in the plan`);
    if (this.done.has(id) && !this.mayRepeat(step, at)) this.breach('P4', `${id} has succeeded and starts again`);
    this.skipped.delete(id);
    this.restoresSeen.set(id, this.restores);
    for (const need of step.needs) {
      if (!this.isSettled(need)) this.breach('P3', `${id} starts before ${need}, which it needs, is over`);
    }
    if (step.place === 'restore') this.startsRestore(id);
    if (step.place === 'enable-access') this.startsOpening(id, at);
  }

  /** P4 excepts a health check whose pass has lapsed. */
  private mayRepeat(step: PlannedStep, at: number): boolean {
    return step.place === 'health-checks' && !this.isFresh(step.id, at);
  }

  /** What is left out keeps its place in the order: all that it needs must be over too. */
  private isSettled(id: string): boolean {
    if (!this.isBehind(id)) return false;
    if (!this.skipped.has(id) && !this.excluded.has(id)) return true;
    return (this.steps.get(id)?.needs ?? []).every((need) => this.isSettled(need));
  }

  private isBehind(id: string): boolean {
    const failedAndAccepted = this.failed.has(id) && this.lets(id);
    return this.done.has(id) || this.skipped.has(id) || this.excluded.has(id) || failedAndAccepted || this.isTask(id);
  }

  private lets(id: string): boolean {
    const step = this.steps.get(id);
    return step?.onFailure === 'continue' || this.trace.scenario.mode === 'dry-run';
  }

  private isTask(id: string): boolean {
    const step = this.steps.get(id);
    const telling = step?.place === 'notify' || step?.place === 'announce' || step?.place === 'escalate';
    return telling && step?.action.kind === 'manual' && this.begun.has(id);
  }

  private startsRestore(id: string): void {
    for (const closing of this.trace.scenario.plan.phases['disable-access'].steps) {
      if (!this.isShut(closing.id)) this.breach('P1', `${id} starts before ${closing.id} has closed access`);
    }
    this.restores += 1;
  }

  private isShut(id: string): boolean {
    if (this.trace.scenario.mode === 'dry-run' && this.failed.has(id)) return true;
    return this.done.has(id) || this.skipped.has(id) || this.excluded.has(id);
  }

  private startsOpening(id: string, at: number): void {
    if (this.trace.scenario.mode === 'dry-run') return;
    for (const check of this.trace.scenario.plan.phases['health-checks'].steps) {
      if (this.skipped.has(check.id) || this.excluded.has(check.id) || this.isFresh(check.id, at)) continue;
      this.breach('P1', `${id} starts and ${check.id} has not passed, or its pass has lapsed`);
    }
  }

  private isFresh(id: string, at: number): boolean {
    const pass = this.passes.get(id);
    if (pass === undefined) return false;
    return pass.restores === this.restores && pass.at + this.trace.scenario.plan.validForMs >= at;
  }

  private succeeded(id: string, at: number): void {
    this.done.add(id);
    this.failed.delete(id);
    this.passes.set(id, { at, restores: this.restoresSeen.get(id) ?? -1 });
    const parent = this.parents.get(id);
    if (parent !== undefined) this.done.add(parent);
  }

  private ends({ end, exitCode, truth }: Extract<RunEvent, { readonly type: 'run.ended' }>): void {
    this.ended = true;
    const isUntouched = this.trace.scenario.mode === 'dry-run' || !this.data.mayBeTouched;
    if (isUntouched !== (truth.data === 'untouched'))
      this.breach(
        'truth',
        `the data is told as ${truth.data}, and ${isUntouched ? 'nothing' : 'something'} was done to it`,
      );
    const good = end === 'succeeded' || end === 'succeeded-with-exceptions' || end === 'simulated';
    const { announce } = this.trace.scenario.plan.phases;
    const dryRun = this.trace.scenario.mode === 'dry-run';
    if (dryRun !== end.startsWith('simulated')) this.breach('P2', `a ${this.trace.scenario.mode} run ends ${end}`);
    const toTell = good ? announce.steps : dryRun ? [] : this.trace.scenario.plan.escalate.steps;
    for (const { id } of toTell) {
      if (!this.told.has(id) && !this.skipped.has(id) && !this.excluded.has(id))
        this.breach('P2', `the run ends ${end} and ${id} was not tried`);
    }
    if (!good && !dryRun)
      for (const id of this.owed.ids) this.breach('P2', `the run ends ${end} and ${id} is still owed`);
    this.endsAsItWent(end, exitCode);
  }

  /** Nothing that failed may end as a plain success; a message alone never makes a failure. */
  private endsAsItWent(end: string, exitCode: number): void {
    const { plan } = this.trace.scenario;
    const steps = everyStep({ ...plan, escalate: { maxParallel: 1, steps: [] } }).filter(
      ({ id }) => !this.parents.has(id),
    );
    const pending = steps.find(({ id }) => !this.isBehind(id));
    if (end.startsWith('succeeded') && pending !== undefined)
      this.breach('P2', `the run ends ${end} and ${pending.id} is not over`);
    const missing = steps.find(({ id }) => !this.done.has(id) && !this.excluded.has(id) && !this.isTask(id));
    if (end === 'succeeded' && missing !== undefined)
      this.breach('P2', `the run ends ${end} and ${missing.id} has not`);
    const codes: Record<string, number> = { succeeded: 0, 'succeeded-with-exceptions': 6, failed: 1, stopped: 4 };
    if (codes[end] !== undefined && codes[end] !== exitCode) this.breach('P2', `${end} is exit code ${exitCode}`);
  }
}

/** Every run ends, or waits for a person, or for what never ends. */
function rest({ state, restless, scenario }: Trace): readonly Breach[] {
  if (restless) return [{ law: 'end', text: 'it never comes to rest' }];
  const { context } = state;
  if (context.end !== null || context.paused) return [];
  const hangs = activeSteps(context).some((id) => {
    const { attempt } = stepState(context, id);
    return scenario.fates[id]?.[attempt - 1]?.kind === 'hangs';
  });
  return hangs ? [] : [{ law: 'end', text: `it is stuck in ${JSON.stringify(state.value)}: ${steps(state.context)}` }];
}

function steps(context: Trace['state']['context']): string {
  return [...context.steps.entries()].map(([id, { status }]) => `${id} ${status}`).join(', ');
}
