/**
 * Whether people were told already that a change has failed and was not taken back, by a run since the change was carried
 * out: once for the same trouble is enough, however often a caller comes.
 */
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Home, listRuns } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { hasBegun, type KnownRun, readRunIn } from '../known-run.ts';
import { planOf } from './runs-of.ts';

/** The latest run that says the same to the same people. `telling`: the plan of one that would say it now. */
export function toldBefore(home: Home, change: string, telling: Plan): KnownRun | undefined {
  for (const run of listRuns(home)) {
    const plan = planOf(home, run);
    if (plan?.kind === 'change' && plan.change?.id === change) return undefined;
    if (plan?.onlyTells === change && saysSame(plan, telling) && hasBegun(home, run)) {
      return readRunIn(runFolder(home, run));
    }
  }
  return undefined;
}

/** The trouble stands in the step that fails. */
const saysSame = ({ phases, escalate }: Partial<Plan>, now: Plan): boolean =>
  phases !== undefined && escalate !== undefined && wordsOf({ phases, escalate }) === wordsOf(now);

const wordsOf = ({ phases, escalate }: Pick<Plan, 'phases' | 'escalate'>): string =>
  canonicalJson([phases.restore, escalate]);

/** It has ended, and each message was delivered or handed over; one that was not is sent again. */
export function wasDelivered({ plan, state: { context } }: KnownRun): boolean {
  const over = new Set(['succeeded', 'task', 'skipped', 'excluded']);
  return context.end !== null && plan.escalate.steps.every(({ id }) => over.has(context.steps.get(id)?.status ?? ''));
}
