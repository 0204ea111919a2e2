/** `--inject STEP:KIND`: what a drill makes fail. */
import { formatDuration } from '../../kernel/duration.ts';
import { Fault } from '../../kernel/fault.ts';
import { allSteps, type Injection, injections, type Plan } from '../../plan/plan.ts';
import { nearest } from '../../playbook/suggest.ts';
import type { Surface } from '../invocation.ts';

export type Inject = { readonly [step: string]: Injection };

/** Throws a Fault (exit 2) where a drill cannot do what is asked. */
export function injectionsOf(given: readonly string[], plan: Plan, surface: Surface): Inject {
  const inject: Record<string, Injection> = {};
  for (const text of given) {
    const [step, kind] = parsed(text);
    if (Object.hasOwn(inject, step)) throw new Fault('usage', `--inject names the step ${step} twice`);
    checkStep(text, step, kind, plan, surface);
    inject[step] = kind;
  }
  return inject;
}

function parsed(text: string): readonly [string, Injection] {
  const at = text.lastIndexOf(':');
  const kind = injections.find((known) => known === text.slice(at + 1));
  if (at > 0 && kind !== undefined) return [text.slice(0, at), kind];
  const known = injections.join(', ');
  throw new Fault(
    'usage',
    `--inject ${text} is not STEP:KIND`,
    `KIND is one of: ${known}. E.g. --inject restore-db:fail`,
  );
}

function checkStep(text: string, id: string, kind: Injection, plan: Plan, surface: Surface): void {
  const steps = [...allSteps(plan)].filter((step) => plan.rehearsal?.cleanup.includes(step.id) !== true);
  const step = steps.find((each) => each.id === id);
  const refuse = (why: string, remedy?: string): Fault => new Fault('usage', `--inject ${text}: ${why}`, remedy);
  if (step === undefined) {
    const ids = steps.map((each) => each.id);
    const meant = nearest(id, ids);
    throw refuse(
      `the plan has no step "${id}"`,
      meant === undefined ? `It has: ${ids.join(', ')}` : `Did you mean ${meant}?`,
    );
  }
  if (step.condition === false)
    throw refuse('that step is left out of the rehearsal', 'Take it out of rehearsal.leaveOut.');
  if (step.action.kind === 'manual')
    throw refuse('a person does that step', 'Answer the rehearsal with: backout reject …');
  if (kind !== 'timeout') return;
  if (step.timeoutMs === null)
    throw refuse('that step has no timeout: it would hang for ever', 'Give it one, e.g. timeout: 20m');
  surface.err(`${id} will hang until its timeout, ${formatDuration(step.timeoutMs)}, on each of its tries.\n`);
}
