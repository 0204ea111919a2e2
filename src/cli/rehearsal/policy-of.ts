/**
 * What the playbook asks of its rehearsals before a real run; a risky change is warned of without being asked. Costs a
 * look into the home where nobody asks for a rehearsal and there was none.
 */
import { mayHaveEvidence } from '../../runtime/home/evidence-folder.ts';
import type { Beginning } from '../begin-run.ts';
import type { PlanAndAdapters } from '../load-plan.ts';
import type { RehearsalPolicy } from './policy.ts';

export function policyOf({ plan, policy }: Pick<PlanAndAdapters, 'plan' | 'policy'>): RehearsalPolicy {
  const asked = policy.rehearsal ?? (plan.change.risk === 'high' ? 'warn' : 'none');
  // What was derived from an executed change is a plan that nobody could rehearse: it must not wait for that.
  return plan.takesBack !== undefined && asked !== 'none' ? 'warn' : asked;
}

/** Says what is known of the plan's rehearsals; throws a Fault (exit 2) where the run may not begin without one. */
export async function rehearsalNotes(beginning: Omit<Beginning, 'notes'>): Promise<readonly string[]> {
  const { home, planned, by, call, surface } = beginning;
  const { definition, kind } = planned.plan;
  if (definition === undefined || kind === 'change') return [];
  const policy = policyOf(planned);
  if (policy === 'none' && !mayHaveEvidence(home, definition)) return [];
  const { askRehearsals } = await import('./policy.ts');
  return askRehearsals({ home, planned, policy, by, call, surface, now: Date.now() });
}
