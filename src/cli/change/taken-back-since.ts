/** What has become of a change since a run carried it out: that run's own journal does not know it. */
import { Fault } from '../../kernel/fault.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder } from '../../runtime/home/ledger.ts';
import type { KnownRun } from '../known-run.ts';
import { backoutOf } from './backout-of.ts';
import { ledgerOf } from './ledger-of.ts';

/** The run that takes back, or took back, what this one carried out; a damaged ledger tells of none. */
export function takenBackSince(home: Home, known: KnownRun): { readonly takenBackBy?: string } {
  try {
    const by = byRun(home, known);
    return by === undefined ? {} : { takenBackBy: by };
  } catch (error) {
    if (error instanceof Fault) return {};
    throw error;
  }
}

function byRun(home: Home, { folder, plan, state }: KnownRun): string | undefined {
  const { id } = plan.change;
  if (plan.kind !== 'change' || typeof id !== 'string' || state.context.end === null) return undefined;
  if (!hasLedger(ledgerFolder(home, id))) return undefined;
  const ledger = ledgerOf(home, id);
  return ledger.run === folder.run ? (backoutOf(home, ledger) ?? undefined) : undefined;
}
