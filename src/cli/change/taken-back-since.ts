/** What has become of a change since a run carried it out: that run's own journal does not know it. */
import { Fault } from '../../kernel/fault.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder } from '../../runtime/home/ledger.ts';
import { hasBegun, type KnownRun } from '../known-run.ts';
import { ledgerOf } from './ledger-of.ts';

/** The run that takes back, or took back, what this one carried out; a damaged ledger tells of none. */
export function takenBackSince(home: Home, known: KnownRun): { readonly takenBackBy?: string } {
  try {
    const by = backoutOf(home, known);
    return by === undefined ? {} : { takenBackBy: by };
  } catch (error) {
    if (error instanceof Fault) return {};
    throw error;
  }
}

function backoutOf(home: Home, { folder, plan, state }: KnownRun): string | undefined {
  const { id } = plan.change;
  if (plan.kind !== 'change' || typeof id !== 'string' || state.context.end === null) return undefined;
  if (!hasLedger(ledgerFolder(home, id))) return undefined;
  const { run, backout } = ledgerOf(home, id);
  return run === folder.run && backout !== null && hasBegun(home, backout) ? backout : undefined;
}
