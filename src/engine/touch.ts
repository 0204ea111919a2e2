/**
 * Whether an attempt may have changed what its step works on. Only what is sure counts as "no": an attempt that says so
 * itself, one whose program never started, one whose values were not there.
 */
import type { PlannedStep } from '../plan/plan.ts';
import type { FailureClass } from './protocol.ts';
import type { StepState } from './step-state.ts';

/** Asked when an attempt has failed; `state` is the step's as it was then. */
export function leftUntouched(step: PlannedStep, state: StepState, failure: FailureClass | 'timeout'): boolean {
  // Without an intent nothing was begun. With one, a new engine lacks the values, and what the last one did is not known.
  if (failure === 'preparation') return state.status === 'starting';
  if (failure !== 'untouched' && failure !== 'spawn') return false;
  // A part of it may have been done: on a host, by an earlier process of a series, or before its verification.
  return step.hosts === undefined && step.until === null && state.stage === 'action';
}

/** So far; what is in flight may be at it now. A person who has only been asked has not begun yet. */
export function mayHaveTouched({ status, mayHaveTouched: before }: StepState): boolean {
  return before || status === 'running' || status === 'cancelling';
}
