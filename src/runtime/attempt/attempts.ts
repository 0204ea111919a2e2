/**
 * Carries attempts out: the driver's hands. Answers every command with events (`hear`), whatever happens.
 *
 * Owns: which of the ways (process, inside the engine, simulated) an attempt goes; its limit; what a resume makes of
 * an attempt that another engine left (P4: found, followed, taken; done again only where that does no harm).
 * Does not own: what follows from an outcome (engine); how a process is started or ended (`StepProcesses`).
 */
import { boundHosts } from '../../engine/hosts.ts';
import { nothingSeen } from '../../engine/nothing-seen.ts';
import type { AttemptEnd, Command } from '../../engine/protocol.ts';
import { type Context, stepState } from '../../engine/state.ts';
import type { Injection, PlannedStep } from '../../plan/plan.ts';
import type { Undated, Wall } from '../../ports/effects.ts';
import { hostsStage } from '../hosts/hosts-stage.ts';
import { isOnHosts } from '../hosts/resolve.ts';
import { worded } from './attempt-end.ts';
import { Limit } from './limit.ts';
import { dropSecretOutputs } from './outputs.ts';
import { performStage } from './perform-stage.ts';
import { prepare } from './prepare.ts';
import { probeStage } from './probe-stage.ts';
import { processStage, type Stage } from './process-stage.ts';
import type { Resolved } from './resolve.ts';
import { resolveStep } from './resolve-step.ts';
import { attemptFolder, type RunSetting } from './setting.ts';
import { simulateStage } from './simulate.ts';
import { Values } from './values.ts';
import { verifyStage } from './verify-stage.ts';

/** On SIGTERM: KILL follows TERM after at most this. */
const urgentGraceMs = 4_000;

type CarryOut = Extract<Command, { readonly do: 'carry-out' }>;

export class Attempts {
  private readonly setting: RunSetting;
  private readonly wall: Wall;
  private readonly hear: (event: Undated) => void;
  /** Values of attempts that this engine prepared, by key, until they are over. */
  private readonly resolved = new Map<string, Resolved>();
  private readonly limits = new Map<string, Limit>();
  /** How the action of an attempt ended that is being verified. */
  private readonly actions = new Map<string, AttemptEnd>();
  /** The boot in which the intents of other engines were written, by key. */
  private readonly inherited: ReadonlyMap<string, string>;

  constructor(setting: RunSetting, wall: Wall, inherited: ReadonlyMap<string, string>, hear: (event: Undated) => void) {
    this.setting = setting;
    this.wall = wall;
    this.inherited = inherited;
    this.hear = hear;
  }

  prepare(command: Extract<Command, { readonly do: 'prepare' }>, context: Context, now: number): Undated {
    const { event, resolved } = prepare(this.setting, command, context, now);
    if (resolved !== null && event.type === 'step.started') this.resolved.set(event.key, resolved);
    return event;
  }

  carryOut(command: CarryOut, context: Context): void {
    if (this.limits.has(`${command.step}/${command.attempt}`)) return;
    const stage = this.stageOf(command, context);
    if (stage === undefined) return;
    this.outcome(stage, command.stage, context)
      .catch((error: unknown): Undated => broken(stage, error))
      .then((event) => this.settle(stage, event))
      .catch(() => {});
  }

  cancel({ step, attempt, urgent }: Extract<Command, { readonly do: 'cancel' }>): void {
    const limit = this.limits.get(`${step}/${attempt}`);
    limit?.cancel(urgent ? urgentGraceMs : Number.POSITIVE_INFINITY);
  }

  probe(command: Extract<Command, { readonly do: 'probe' }>, context: Context): void {
    const stage = this.stageOf({ ...command, do: 'carry-out', stage: 'verify' }, context);
    if (stage === undefined) return;
    probeStage(stage, context)
      .catch((error: unknown) => ({ answer: 'unknown' as const, detail: String(error) }))
      .then((probed) =>
        this.settle(stage, { type: 'step.probed', step: stage.step.id, attempt: stage.attempt, ...probed }),
      )
      .catch(() => {});
  }

  private stageOf({ step: id, attempt, stage: part }: CarryOut, context: Context): Stage | undefined {
    const step = context.index.get(id);
    const { key, deadline } = stepState(context, id);
    if (step === undefined || key === null) return undefined;
    const intentBoot = this.inherited.get(key) ?? null;
    const begunBefore = intentBoot !== null && !(part === 'action' && this.lives(step, attempt, intentBoot));
    const limit = new Limit(begunBefore ? this.timeAgain(step, deadline) : deadline, step.graceMs, this.wall);
    this.limits.set(`${id}/${attempt}`, limit);
    return { setting: this.setting, step, attempt, key, limit, wall: this.wall, intentBoot };
  }

  /** A process that lives has gone on meanwhile, and its deadline with it. */
  private lives(step: PlannedStep, attempt: number, intentBoot: string): boolean {
    if (this.isInsideEngine(step) || step.until !== null) return false;
    return this.setting.processes.look(attemptFolder(this.setting, step.id, attempt), intentBoot).kind === 'living';
  }

  /** What an engine does itself (starting, asking again, proving) begins anew with it: the time without one is not its own. */
  private timeAgain({ timeoutMs }: PlannedStep, deadline: number | null): number | null {
    if (deadline === null || timeoutMs === null) return null;
    return Math.max(deadline, this.wall.now() + timeoutMs);
  }

  private isInsideEngine(step: PlannedStep): boolean {
    return step.action.kind === 'adapter' && this.setting.adapters.get(step.action.adapter)?.perform !== undefined;
  }

  private outcome(stage: Stage, part: CarryOut['stage'], context: Context): Promise<Undated> {
    const { step } = stage;
    if (this.setting.mode === 'dry-run') return simulateStage(stage, this.resolved.get(stage.key) ?? null, context);
    if (part === 'verify' && step.verify !== null) {
      return verifyStage(stage, step.verify, context, this.actions.get(stage.key) ?? { ...nothingSeen, exitCode: 0 });
    }
    const injection = this.setting.plan.rehearsal?.inject[step.id];
    if (injection === undefined || part === 'verify') return this.carriedOut(stage, context);
    return this.injected(injection, stage, context);
  }

  /** A drill (`rehearse --inject`). What is a process of its own hangs as one. */
  private async injected(injection: Injection, stage: Stage, context: Context): Promise<Undated> {
    const { hangingProcess, injectedStage, lostOnHosts } = await import('./inject.ts');
    const isProcess = !isOnHosts(stage.step) && !this.isInsideEngine(stage.step);
    if (injection === 'timeout' && isProcess)
      return processStage(stage, () => hangingProcess(this.processOf(stage, context)));
    const isLost = injection === 'unknown' && stage.attempt === 1;
    const hear = isLost ? (event: Undated): void => this.hear(lostOnHosts(event)) : this.hear;
    return injectedStage(injection, stage, () => this.carriedOut(stage, context, hear));
  }

  private carriedOut(stage: Stage, context: Context, hear = this.hear): Promise<Undated> {
    const { step } = stage;
    if (isOnHosts(step)) {
      const onHosts = { ...stage, hosts: boundHosts(step, step.hosts), hear };
      return hostsStage(onHosts, () => this.processOf(stage, context), context);
    }
    if (!this.isInsideEngine(step)) return processStage(stage, () => this.processOf(stage, context));
    return this.performed(stage, context);
  }

  private processOf(stage: Stage, context: Context) {
    const resolved = this.resolvedOf(stage, context);
    if (resolved.kind !== 'process') throw new Error(`${stage.step.id} is not a process`);
    return resolved;
  }

  private performed(stage: Stage, context: Context): Promise<Undated> {
    if (stage.intentBoot !== null && !stage.step.repeatable) {
      const end = worded('the engine died while it did this itself; whether it was done is not known', []);
      return Promise.resolve({ type: 'step.unknown', step: stage.step.id, attempt: stage.attempt, end, survivors: [] });
    }
    const resolved = this.resolvedOf(stage, context);
    if (resolved.kind !== 'perform') throw new Error(`${stage.step.id} is not performed inside the engine`);
    return performStage(stage, resolved);
  }

  /** What this engine prepared, or the same filled in again for an attempt that another engine left. */
  private resolvedOf(stage: Stage, context: Context): Resolved {
    const known = this.resolved.get(stage.key);
    if (known !== undefined) return known;
    const { step, attempt } = stage;
    const resolved = resolveStep(this.setting, { step, attempt }, new Values(this.setting, context, step.id), context);
    if (!resolved.ok) throw new Unprepared(resolved.error);
    return resolved.value;
  }

  private settle(stage: Stage, event: Undated): void {
    stage.limit.lift();
    this.limits.delete(`${stage.step.id}/${stage.attempt}`);
    if (event.type === 'step.performed') this.actions.set(stage.key, event.end);
    else {
      this.actions.delete(stage.key);
      this.resolved.delete(stage.key);
    }
    this.hear(event);
    dropSecretOutputs(attemptFolder(stage.setting, stage.step.id, stage.attempt), stage.setting.forms);
  }
}

/** The step's values cannot be had any more: nothing of it was started. */
class Unprepared extends Error {}

/** An attempt that broke in our own hands: unless it is sure that nothing began, its end is unknown. */
function broken(stage: Stage, error: unknown): Undated {
  const at = { step: stage.step.id, attempt: stage.attempt };
  const end = worded(error instanceof Error ? error.message : String(error), stage.setting.forms);
  if (error instanceof Unprepared) return { type: 'step.failed', ...at, class: 'preparation', end };
  return { type: 'step.unknown', ...at, end, survivors: [] };
}
