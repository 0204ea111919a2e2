/** What has become of a change since a run carried it out: that run's own journal does not know it. */
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder } from '../../runtime/home/ledger.ts';
import { hasBegun, type KnownRun } from '../known-run.ts';
import { ledgerOf } from './ledger-of.ts';

/** A line for whoever looks at the run; undefined: nothing takes back what it carried out. */
export function takenBackSince(home: Home, { folder, plan, state }: KnownRun): string | undefined {
  const { id } = plan.change;
  if (plan.kind !== 'change' || typeof id !== 'string' || state.context.end === null) return undefined;
  if (!hasLedger(ledgerFolder(home, id))) return undefined;
  const { run, backout } = ledgerOf(home, id);
  if (run !== folder.run || backout === null || !hasBegun(home, backout)) return undefined;
  return `Since then run ${backout} has been taking ${id} back: what follows is how it stood before, and retry and skip are refused. Now: backout change status ${id}`;
}
