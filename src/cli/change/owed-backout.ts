/** `--backout-on-failure` when the engine died between the change's end and its backout: who takes it back then. */
import { Fault } from '../../kernel/fault.ts';
import { type Home, listRuns } from '../../runtime/home/home.ts';
import { firstEvent, readRun } from '../known-run.ts';
import { backoutOf } from './backout-of.ts';
import { ledgerOf } from './ledger-of.ts';
import { planOf } from './runs-of.ts';

/** Runs of changes that have failed, were to be taken back then, and were not; each its system's last. */
export function owedBackouts(home: Home): readonly string[] {
  const seen = new Set<string>();
  return listRuns(home).filter((run) => {
    const began = firstEvent(home, run);
    if (began?.mode !== 'real' || seen.has(began.system) || planOf(home, run)?.onlyTells !== undefined) return false;
    seen.add(began.system);
    const { id } = began.change;
    return began.backoutOnFailure !== undefined && typeof id === 'string' && isBackoutDue(home, run, id);
  });
}

/** Not where it was taken back, or carried out anew, since. */
export function isBackoutDue(home: Home, run: string, change: string): boolean {
  if (!hasFailed(home, run)) return false;
  try {
    const ledger = ledgerOf(home, change);
    return ledger.run === run && backoutOf(home, ledger) === null;
  } catch (error) {
    // What is wrong with the ledger is said by the backout that cannot begin.
    if (error instanceof Fault) return true;
    throw error;
  }
}

/** Of a damaged run nothing is known. */
function hasFailed(home: Home, run: string): boolean {
  try {
    return readRun(home, run).state.context.end === 'failed';
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}
