/** How a run ends: its end, its exit code, and what was not as planned. */
import type { PlannedStep } from '../plan/plan.ts';
import { failedHosts, leftOnHosts } from './hosts.ts';
import { owedMessages } from './place-over.ts';
import type { Command, RunEnd } from './protocol.ts';
import { type Context, isTelling, type StepState, stepState } from './state.ts';
import { truthOf } from './truth.ts';
import { updateExceptions } from './update-words.ts';

export const exitCodes: Readonly<Record<RunEnd, number>> = {
  succeeded: 0,
  'succeeded-with-exceptions': 6,
  failed: 1,
  stopped: 4,
  simulated: 0,
  'simulated-failed': 1,
};

/** Everything that was not as the plan wanted it, one line each. Empty: nothing. */
export function exceptionsOf(context: Context): readonly string[] {
  const lines: string[] = [];
  for (const [id, state] of context.steps.where(isException)) {
    const step = context.index.get(id);
    if (step === undefined || context.parents.has(id) || step.place === 'updates') continue;
    if (state.status === 'succeeded') lines.push(`${id} was not done on every host: ${failedHosts(state).join(', ')}`);
    if (state.status === 'skipped') lines.push(`${id} was left out: ${state.reason ?? 'no reason given'}`);
    if (state.status !== 'failed') continue;
    if (state.accepted === 'contingency') lines.push(insteadOf(context, step, state.reason ?? ''));
    else if (isTelling(step.place) && !isCleanup(context, id))
      lines.push(`${id}: the message was not delivered: ${state.reason ?? ''}`);
    else lines.push(`${id} failed and the run went on without it: ${state.reason ?? ''}`);
  }
  return [...lines, ...updateExceptions(context)];
}

function isException(state: StepState): boolean {
  const { status, accepted, hosts } = state;
  if (status === 'succeeded') return hosts.size > 0 && failedHosts(state).length > 0;
  return status === 'skipped' || (status === 'failed' && accepted !== null);
}

/** It stands among the messages, and is none. */
function isCleanup({ plan }: Context, id: string): boolean {
  return plan.rehearsal?.cleanup.includes(id) === true;
}

/** What was handed over to a person is not done yet, as far as anybody here knows. */
function insteadOf(context: Context, { id, contingency }: PlannedStep, reason: string): string {
  const is = (status: StepState['status']) =>
    contingency.find((other) => stepState(context, other.id).status === status);
  const [done, task] = [is('succeeded'), is('task')];
  if (done === undefined && task !== undefined)
    return `${id} failed, and its contingency ${task.id} is left to a person: ${reason}`;
  return `${id} was done by its contingency${done === undefined ? '' : ` ${done.id}`}, after it had failed: ${reason}`;
}

/** What made the run fail, and at which step; null while nothing did. */
export function failureWords({ failure, plan }: Context): string | null {
  if (failure === null) return null;
  if (plan.onlyTells !== undefined)
    return `${plan.onlyTells} failed and was not taken back: ${plan.onlyTellsBecause ?? failure.reason}`;
  const { step, reason } = failure;
  return step === null || reason.startsWith(`${step} `) || reason.startsWith(`${step}:`)
    ? reason
    : `${step}: ${reason}`;
}

function endOf(context: Context, exceptions: readonly string[]): RunEnd {
  if (context.mode === 'dry-run') return isSimulatedWhole(context) ? 'simulated' : 'simulated-failed';
  if (context.failure !== null) return 'failed';
  if (context.stop !== null) return 'stopped';
  return exceptions.length === 0 ? 'succeeded' : 'succeeded-with-exceptions';
}

function isSimulatedWhole(context: Context): boolean {
  if (context.failure !== null || context.stop !== null) return false;
  return context.steps.values().every((state) => state.status !== 'failed');
}

/** The command of an engine that goes before everybody was told, and all was ended. */
export function leaving(context: Context): Extract<Command, { readonly do: 'leave' }> {
  const owed = owedMessages(context).map((id) => `${id}: ${context.steps.get(id)?.reason ?? 'not delivered'}`);
  const left = leftOnHosts(context).map(
    ({ step, hosts }) =>
      `${step} may still run on ${hosts.join(', ')}: backout resume ${context.run} ends it there; if a host is gone for good: backout abandon ${context.run} --reason '...'`,
  );
  return { do: 'leave', owed: [...owed, ...left] };
}

/** The command that closes the run. */
export function closing(context: Context): Extract<Command, { readonly do: 'close' }> {
  const exceptions = exceptionsOf(context);
  const end = endOf(context, exceptions);
  return { do: 'close', end, exitCode: exitCodes[end], truth: truthOf(context), exceptions };
}
