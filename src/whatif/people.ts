/** What people in an imagined run say: they do what they are asked, and where they are to decide, they stop the run. */
import type { Person, Question, RunEvent } from '../engine/protocol.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { FailureKind } from './failure.ts';

export const nobody: Person = { login: 'whatif', sudoUser: null, claimed: null, host: 'whatif' };

/** To stop is the careful answer: a retry or a skip would go on as the plan has it. Null: nobody answers. */
export function answerTo(
  failures: ReadonlyMap<string, FailureKind>,
  step: PlannedStep,
  question: Question,
): RunEvent | null {
  const unanswered = [step, ...step.contingency].some(
    ({ id }) => failures.get(id)?.endsWith('nobody-answers') === true,
  );
  if (unanswered) return null;
  const said = { by: nobody, reason: 'whatif', at: 0 };
  if (question !== 'confirm') return { type: 'decision.stop', inFlight: 'cancel', urgent: false, ...said };
  const type = failures.get(step.id) === 'fails' ? 'decision.reject' : 'decision.confirm';
  return { type, step: step.id, ...said };
}

/** Said about the step, or about the whole run. */
export function isAbout(event: RunEvent, step: string): boolean {
  return event.type === 'decision.stop' || ('step' in event && event.step === step);
}
