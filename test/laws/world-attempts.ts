/**
 * What the world makes of `carry-out`, `cancel` and `probe`. Owns every attempt ever begun, across engines; notes
 * when one begins without its intent on the disk (P3), twice, or beside a living predecessor (P4).
 */
import type { Command } from '../../src/engine/protocol.ts';
import { type Context, isTelling, stepState } from '../../src/engine/state.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import type { Undated } from '../../src/ports/effects.ts';
import { type Attempt, cancelled, lost, naturalEnd, stopped } from './attempts.ts';
import type { Happenings } from './happenings.ts';
import { type Scenario, success } from './scenario.ts';
import type { Breach } from './trace.ts';

export interface Surroundings {
  readonly scenario: Scenario;
  readonly happenings: Happenings;
  readonly now: () => number;
  readonly isOnDisk: (text: string) => boolean;
  readonly breach: (law: Breach['law'], text: string) => void;
  /** To the engine that lives, if one does. */
  readonly hear: (event: Undated) => void;
}

type Of<D extends Command['do']> = Extract<Command, { readonly do: D }>;

const graceMs = 5;
const probeMs = 3;

export class WorldAttempts {
  private readonly around: Surroundings;
  private readonly known = new Map<string, Attempt>();
  private readonly begun = new Set<string>();
  /** Keys whose end the living engine has asked for. */
  private followed = new Set<string>();

  constructor(around: Surroundings) {
    this.around = around;
  }

  carryOut({ step: id, attempt: number, stage }: Of<'carry-out'>, context: Context): void {
    const step = context.index.get(id);
    const { key, status } = stepState(context, id);
    if (step === undefined || key === null) return this.around.breach('fault', `${id} is carried out without a key`);
    this.followed.add(key);
    const known = this.known.get(key);
    if (known?.stage === stage) return known.outcome === null ? undefined : this.deliver(known);
    const fate = this.around.scenario.fates[id]?.[number - 1] ?? success;
    const name = `${String([...context.index.keys()].indexOf(id)).padStart(3, '0')}/${number}`;
    const endsAt = fate.kind === 'hangs' ? Number.POSITIVE_INFINITY : this.around.now() + fate.ms;
    const attempt: Attempt = { key, name, step, number, fate, stage, endsAt, outcome: null, living: true };
    if (known === undefined && stage === 'action') {
      if (status === 'cancelling') return this.deliver({ ...attempt, outcome: cancelled(id, number) });
      this.begins(attempt, context);
    }
    this.known.set(key, attempt);
    this.schedule(attempt, naturalEnd(attempt, context.mode));
  }

  cancel({ step: id }: Of<'cancel'>, context: Context): void {
    const attempt = this.known.get(stepState(context, id).key ?? '');
    if (attempt === undefined || attempt.outcome !== null) return;
    const endsAt = this.around.now() + graceMs;
    if (endsAt < attempt.endsAt) this.schedule({ ...attempt, endsAt }, stopped(attempt));
  }

  probe({ step: id, attempt: number }: Of<'probe'>, context: Context): void {
    const attempt = this.known.get(stepState(context, id).key ?? '');
    const says = attempt?.fate.probe ?? 'unknown';
    const answer = says === 'no' && attempt?.living === true ? 'unknown' : says;
    this.around.happenings.add({
      at: this.around.now() + probeMs,
      rank: 'timer',
      name: `probe ${id}`,
      happen: () => {
        if (answer === 'yes') this.putToRest(id);
        this.around.hear({ type: 'step.probed', step: id, attempt: number, answer, detail: answer });
      },
    });
  }

  /** The engine has died: what was done inside it is gone, what it had begun goes on, or is lost with it. */
  engineDied(loses: boolean): void {
    this.followed = new Set();
    for (const attempt of [...this.known.values()]) {
      if (attempt.step.repeatable) this.vanish(attempt);
      else if (loses && attempt.outcome === null) {
        this.around.happenings.drop('attempt', attempt.name);
        this.known.set(attempt.key, { ...attempt, outcome: lost(attempt), living: attempt.fate.kind === 'survives' });
      }
    }
  }

  /** Who vouches for the step (a person, a probe that finds the effect in place) has seen to what still lives of it. */
  putToRest(step: string): void {
    for (const attempt of this.known.values()) {
      if (attempt.step.id === step && attempt.outcome !== null)
        this.known.set(attempt.key, { ...attempt, living: false });
    }
  }

  private vanish(attempt: Attempt): void {
    this.around.happenings.drop('attempt', attempt.name);
    this.known.delete(attempt.key);
  }

  private begins(attempt: Attempt, context: Context): void {
    const { key, step } = attempt;
    const { breach, isOnDisk } = this.around;
    if (!isOnDisk(`"key":"${key}"`)) breach('P3', `${key} begins and its intent is not on the disk`);
    if (this.begun.has(key) && !step.repeatable) breach('P4', `${key} begins a second time`);
    this.begun.add(key);
    const family = familyOf(step, context);
    for (const other of this.known.values()) {
      if (other.living && family.has(other.step.id) && !isTelling(step.place))
        breach('P4', `${key} begins while ${other.key} still lives`);
    }
  }

  private schedule(attempt: Attempt, outcome: Undated): void {
    this.known.set(attempt.key, attempt);
    if (!Number.isFinite(attempt.endsAt)) return;
    const { happenings } = this.around;
    const happen = () => {
      const living = attempt.fate.kind === 'survives' && outcome.type === 'step.unknown';
      this.known.set(attempt.key, { ...attempt, outcome, living });
      if (this.followed.has(attempt.key)) this.around.hear(outcome);
    };
    happenings.add({ at: attempt.endsAt, rank: 'attempt', name: attempt.name, happen });
  }

  private deliver({ name, outcome }: Attempt): void {
    if (outcome === null) return;
    const at = this.around.now();
    this.around.happenings.add({ at, rank: 'attempt', name, happen: () => this.around.hear(outcome) });
  }
}

/** The step, what it stands in for and what stands in for it: one work, never twice at once. */
function familyOf(step: PlannedStep, context: Context): ReadonlySet<string> {
  const head = context.parents.get(step.id) ?? step.id;
  return new Set([head, ...(context.index.get(head)?.contingency ?? []).map(({ id }) => id)]);
}
