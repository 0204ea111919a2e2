/**
 * P1, P7: a run that has ended badly may be reopened only while it is its system's last. What later runs have closed,
 * restored and opened it knows nothing of.
 */
import { Fault } from '../kernel/fault.ts';
import type { Plan } from '../plan/plan.ts';
import { type Home, listRuns } from '../runtime/home/home.ts';
import { hasBegun, type KnownRun, readRun } from './known-run.ts';

export function refuseOutdated(home: Home, { folder, plan }: KnownRun): void {
  const later = listRuns(home).find((run) => run > folder.run && isRealRunOf(home, run, plan.system));
  if (later === undefined) return;
  throw new Fault(
    'usage',
    `run ${folder.run} has ended, and ${plan.system} has had a later run since: ${later}`,
    `See: backout status ${later}   ${beginAnew(plan)}`,
  );
}

/** Of one that is damaged nothing is known; whoever gave it up has seen to it. */
function isRealRunOf(home: Home, run: string, system: string): boolean {
  try {
    if (!hasBegun(home, run)) return false;
    const { plan, state } = readRun(home, run);
    return plan.system === system && state.context.mode === 'real' && plan.onlyTells === undefined;
  } catch {
    return false;
  }
}

function beginAnew({ kind, takesBack, playbookFile }: Plan): string {
  if (kind === 'change') return `To carry the change out once more: backout change run ${playbookFile}`;
  return `To go back once more, begin anew: backout run ${takesBack === undefined ? playbookFile : `--change ${takesBack}`}`;
}
