/** How an attempt in an imagined run ends, and after what time: as its step's failure has it, else well. */
import { endsOnly } from '../engine/hosts.ts';
import { nothingSeen } from '../engine/nothing-seen.ts';
import type { RunEvent } from '../engine/protocol.ts';
import { type Context, stepState } from '../engine/state.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { FailureKind } from './failure.ts';
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
  readonly durationMs: number;
}

/** A step that is verified is in its action for most of its time. */
const actionShare = 0.9;

/** Null: it never ends. */
export function fateOf(carried: Carried, context: Context, now: number): Fate | null {
  const { step, attempt, stage, kind, durationMs } = carried;
  const of = { step: step.id, attempt } as const;
  const ends = (afterMs: number, event: Omit<RunEvent, 'at'>): Fate => ({
    afterMs,
    event: { ...event, at: now + afterMs } as RunEvent,
  });
  if (endsOnly(context, step))
    return ends(endsWithinMs, { type: 'step.cancelled', ...of, end: nothingSeen } as RunEvent);
  const acting = step.verify === null ? durationMs : Math.round(durationMs * actionShare);
  const took = stage === 'action' ? acting : durationMs - acting;
  switch (kind) {
    case 'fails':
    case 'fails-nobody-answers':
      return ends(took, failed(step, attempt));
    case 'times-out': {
      const { deadline } = stepState(context, step.id);
      const end = { ...nothingSeen, reason: 'it took longer than its timeout' };
      return ends(Math.max(0, (deadline ?? now) - now), { type: 'step.timed-out', ...of, end } as RunEvent);
    }
    case 'hangs':
      return null;
    case 'unknown':
    case 'unknown-nobody-answers':
      if (attempt === 1) return ends(took, endUnknown(step, attempt));
  }
  if (stage === 'action' && step.verify !== null)
    return ends(took, { type: 'step.performed', ...of, end: { ...nothingSeen, exitCode: 0 } } as RunEvent);
  return ends(took, { type: 'step.succeeded', ...of, end: { ...nothingSeen, exitCode: 0 } } as RunEvent);
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
