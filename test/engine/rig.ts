/** The engine alone: events in, commands out. Intents and the closing entry follow at once, as the driver does it. */

import { decide, type EngineState, initialState, isHeard } from '../../src/engine/decide.ts';
import type { DecisionEvent } from '../../src/engine/decision.ts';
import { nothingSeen } from '../../src/engine/nothing-seen.ts';
import type { AttemptEnd, Command, Decision, FailureClass, Mode, Person, RunEvent } from '../../src/engine/protocol.ts';
import { refusal } from '../../src/engine/refusal.ts';
import { type StepState, stepState } from '../../src/engine/state.ts';
import { truthOf } from '../../src/engine/truth.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Undated } from '../../src/ports/effects.ts';

export const anna: Person = { login: 'anna', sudoUser: null, claimed: null, host: 'ops1' };
export const start = 1_000_000;

export const ended: AttemptEnd = { ...nothingSeen, exitCode: 0 };

export type Verb = Decision['type'] extends `decision.${infer V}` ? V : never;

export class Rig {
  state: EngineState;
  now = start;
  /** Commands of the last event, but for those that are answered at once. */
  commands: readonly Command[] = [];
  /** The run's last closing entry. */
  closing: Extract<Command, { readonly do: 'close' }> | undefined;
  private readonly unprepared: ReadonlySet<string>;
  private readonly unasked: ReadonlySet<string>;

  /** `unprepared`: steps whose values cannot be had; `unasked`: those whose preparation a test answers itself. */
  constructor(plan: Plan, mode: Mode = 'real', unprepared: readonly string[] = [], unasked: readonly string[] = []) {
    this.unprepared = new Set(unprepared);
    this.unasked = new Set(unasked);
    this.state = initialState(plan);
    const who = { by: anna, reason: null, boot: 'b1', pid: 1, version: '0', onceKey: null, withoutWaiting: false };
    const of = { planDigest: '0', playbook: plan.name, system: plan.system, change: plan.change };
    this.hear({ type: 'run.began', run: 'RUN', mode, ...of, ...who });
  }

  /** Whether the event was heard. */
  hear(event: Undated): boolean {
    this.commands = [];
    return this.take(event);
  }

  step(id: string): StepState {
    return stepState(this.state.context, id);
  }

  status(id: string): string {
    return this.step(id).status;
  }

  get end(): string | null {
    return this.state.context.end;
  }

  get truth(): string {
    const { access, data, health } = truthOf(this.state.context);
    return `access ${access}, data ${data}, health ${health}`;
  }

  succeed(...ids: readonly string[]): void {
    for (const step of ids) this.hear({ type: 'step.succeeded', ...this.attempt(step), end: ended });
  }

  fail(step: string, kind: FailureClass = 'exit', exitCode = 1): void {
    const end = { ...ended, exitCode, reason: `exit code ${exitCode}` };
    this.hear({ type: 'step.failed', ...this.attempt(step), class: kind, end });
  }

  unknown(step: string, ...survivors: readonly string[]): void {
    this.hear({ type: 'step.unknown', ...this.attempt(step), end: { ...ended, reason: 'not seen' }, survivors });
  }

  fire(timer: string, afterMs = 0): boolean {
    this.now += afterMs;
    return this.hear({ type: 'timer.fired', timer });
  }

  /** The refusal's words, or undefined when it was heard. */
  say(verb: string, step?: string, more: object = {}): string | undefined {
    const decision = {
      type: `decision.${verb}`,
      by: anna,
      reason: 'because',
      ...(step && { step }),
      ...more,
    } as Decision;
    const refused = refusal(this.state.context, decision);
    const heard = this.hear(decision as DecisionEvent);
    if (heard === (refused !== undefined)) throw new Error(`${verb} is heard: ${heard}, and refused: ${refused}`);
    return refused;
  }

  stop(inFlight: 'finish' | 'cancel' = 'cancel', urgent = false): string | undefined {
    return this.say('stop', undefined, { inFlight, urgent });
  }

  private attempt(step: string): { readonly step: string; readonly attempt: number } {
    return { step, attempt: this.step(step).attempt };
  }

  private take(undated: Undated): boolean {
    const event = { ...undated, at: this.now } as RunEvent;
    const { state, commands } = decide(this.state, event);
    const heard = isHeard(this.state, state);
    if (!heard) return false;
    this.state = state;
    for (const command of commands) this.follow(command);
    return true;
  }

  private follow(command: Command): void {
    if (command.do === 'prepare') this.prepared(command.step, command.attempt);
    else if (command.do === 'close') {
      this.closing = command;
      const { do: _close, ...closing } = command;
      this.take({ type: 'run.ended', ...closing });
    } else this.commands = [...this.commands, command];
  }

  private prepared(step: string, attempt: number): void {
    if (this.unasked.has(step)) return;
    if (this.unprepared.has(step)) {
      const end = { ...ended, exitCode: null, reason: 'no such file' };
      this.take({ type: 'step.failed', step, attempt, class: 'preparation', end });
      return;
    }
    const key = `${step}/${attempt}`;
    this.take({ type: 'step.started', step, attempt, key, deadline: null, boot: 'b1', does: [], env: [] });
  }
}
