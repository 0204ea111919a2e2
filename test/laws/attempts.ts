/**
 * The attempts of the imagined world. They go on although the engine is dead; a new engine that carries a known
 * attempt out follows it. What is performed inside the engine (repeatable steps) dies with it.
 */
import { nothingSeen } from '../../src/engine/nothing-seen.ts';
import type { AttemptEnd, FailureClass } from '../../src/engine/protocol.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import type { Undated } from '../../src/ports/effects.ts';
import type { Fate } from './scenario.ts';

export interface Attempt {
  readonly key: string;
  /** For the order of what happens at one instant. */
  readonly name: string;
  readonly step: PlannedStep;
  readonly number: number;
  readonly fate: Fate;
  readonly stage: 'action' | 'verify';
  /** When the stage ends. */
  readonly endsAt: number;
  /** How it ended; null while it lives. */
  readonly outcome: Undated | null;
  /** Something of it lives. */
  readonly living: boolean;
}

export const good: AttemptEnd = { ...nothingSeen, exitCode: 0 };

const bad: AttemptEnd = { ...good, exitCode: 1, reason: 'exit code 1' };

/** How the attempt's stage ends when nobody interferes. */
export function naturalEnd(attempt: Attempt, mode: 'real' | 'dry-run' | 'rehearsal'): Undated {
  const { fate, step } = attempt;
  const at = { step: step.id, attempt: attempt.number };
  const failed = (kind: FailureClass): Undated => ({ type: 'step.failed', ...at, class: kind, end: bad });
  if (attempt.stage === 'verify') {
    return fate.verified ? { type: 'step.succeeded', ...at, end: good } : failed('verify');
  }
  // Of those that fail by themselves some have changed nothing, and say so.
  if (fate.kind === 'exit') return failed(fate.ms % 3 === 0 ? 'untouched' : 'exit');
  if (fate.kind === 'timeout') return { type: 'step.timed-out', ...at, end: bad };
  if (mode === 'dry-run') return { type: 'step.simulated', ...at, end: good, uncovered: null };
  if (fate.kind === 'unknown' || fate.kind === 'survives') return lost(attempt);
  return { type: step.verify === null ? 'step.succeeded' : 'step.performed', ...at, end: good };
}

export function lost({ step, number, fate }: Attempt): Undated {
  const survivors = fate.kind === 'survives' ? ['4711 (pg_restore)'] : [];
  const end = { ...good, exitCode: null, reason: 'its end was not seen' };
  return { type: 'step.unknown', step: step.id, attempt: number, end, survivors };
}

/** A stop ends it, unless something of it cannot be ended. */
export function stopped(attempt: Attempt): Undated {
  if (attempt.fate.kind === 'survives') return lost(attempt);
  return cancelled(attempt.step.id, attempt.number);
}

export function cancelled(step: string, attempt: number): Undated {
  return { type: 'step.cancelled', step, attempt, end: { ...good, exitCode: null, reason: 'ended by a stop' } };
}
