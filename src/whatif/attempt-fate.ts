/** How an attempt in an imagined run ends, and after what time: as its step's failure has it, else well. */
import { endsOnly } from '../engine/hosts.ts';
import { nothingSeen } from '../engine/nothing-seen.ts';
import type { RunEvent } from '../engine/protocol.ts';
import { type Context, stepState } from '../engine/state.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { FailureKind } from './failure.ts';
import type { ImaginedValues } from './imagined-values.ts';
import { endsWithinMs } from './timing.ts';

export interface Fate {
  readonly afterMs: number;
  readonly event: RunEvent;
}

export interface Carried {
  readonly step: PlannedStep;
  readonly attempt: number;
  readonly stage: 'action' | 'verify';
  readonly kind: FailureKind | undefined;
}

/** When an attempt that takes too long is ended by what does it, before its step's timeout; and as what it then counts. */
export interface OwnLimit {
  readonly ms: number;
  /** `check`: measured, and bad. `error`: not measured. */
  readonly class: 'check' | 'error';
}

/** How long things take, and what is known where they are done. */
export interface Surroundings {
  readonly durationOf: (step: PlannedStep) => number;
  /** Null: it has none. */
  readonly ownLimitOf: (step: PlannedStep) => OwnLimit | null;
  readonly values: Pick<ImaginedValues, 'disproof' | 'outputsOf'>;
}

/** A step that is verified is in its action for most of its time. */
const actionShare = 0.9;

/** Null: it never ends. */
export function fateOf(carried: Carried, around: Surroundings, context: Context, now: number): Fate | null {
  const { step, attempt, stage, kind } = carried;
  const ends = (afterMs: number, event: RunEvent): Fate => ({ afterMs, event: { ...event, at: now + afterMs } });
  if (endsOnly(context, step)) return ends(endsWithinMs, endCancelled(step.id, attempt));
  const took = tookFor(carried, around.durationOf(step));
  switch (kind) {
    case 'fails':
    case 'fails-nobody-answers':
      return ends(took, failed(step, attempt));
    case 'times-out':
    case 'hangs':
      return tooSlow(carried, around, context, now);
    case 'unknown':
    case 'unknown-nobody-answers':
      if (attempt === 1) return ends(took, endUnknown(step, attempt));
  }
  const reason = stage === 'verify' ? around.values.disproof(step, context) : null;
  return ends(took, reason === null ? done(carried, around.values.outputsOf(step)) : unproven(carried, reason));
}

function tookFor({ step, stage }: Carried, durationMs: number): number {
  const acting = step.verify === null ? durationMs : Math.round(durationMs * actionShare);
  return stage === 'action' ? acting : durationMs - acting;
}

/** What does it may have a shorter patience than its step. */
function tooSlow({ step, attempt }: Carried, around: Surroundings, context: Context, now: number): Fate | null {
  const { deadline } = stepState(context, step.id);
  const leftMs = deadline === null ? Number.POSITIVE_INFINITY : Math.max(0, deadline - now);
  const own = around.ownLimitOf(step);
  if (own !== null && own.ms < leftMs) {
    const end = { ...nothingSeen, reason: 'it took longer than it is waited for' };
    const event = { type: 'step.failed', step: step.id, attempt, class: own.class, end, at: now + own.ms } as const;
    return { afterMs: own.ms, event };
  }
  if (deadline === null) return null;
  const end = { ...nothingSeen, reason: 'it took longer than its timeout' };
  return { afterMs: leftMs, event: { type: 'step.timed-out', step: step.id, attempt, end, at: now + leftMs } };
}

function done({ step, attempt, stage }: Carried, outputs: { readonly [key: string]: string }): RunEvent {
  const type = stage === 'action' && step.verify !== null ? 'step.performed' : 'step.succeeded';
  return { type, step: step.id, attempt, end: { ...nothingSeen, exitCode: 0, outputs }, at: 0 };
}

function unproven({ step, attempt }: Carried, reason: string): RunEvent {
  const end = { ...nothingSeen, reason: `its verification failed: ${reason}` };
  return { type: 'step.failed', step: step.id, attempt, class: 'verify', end, at: 0 };
}

/** Of exit codes that are tried again, one of them: so that all its tries are walked through. */
function failed(step: PlannedStep, attempt: number): RunEvent {
  const exitCode = step.retry.onExitCodes?.find((code) => code !== 0) ?? 1;
  const check = step.place === 'health-checks';
  const end = { ...nothingSeen, exitCode, reason: check ? 'measured, and bad' : `exit code ${exitCode}` };
  return { type: 'step.failed', step: step.id, attempt, class: check ? 'check' : 'exit', end, at: 0 };
}

export function endUnknown(step: PlannedStep, attempt: number): RunEvent {
  const end = { ...nothingSeen, reason: 'its end was not seen' };
  return { type: 'step.unknown', step: step.id, attempt, end, survivors: [], at: 0 };
}

export function endCancelled(step: string, attempt: number): RunEvent {
  return { type: 'step.cancelled', step, attempt, end: { ...nothingSeen, reason: 'cancelled by the stop' }, at: 0 };
}
