/** Which run has to do with taking a change back. */
import type { LedgerState } from '../../journal/ledger.ts';
import type { Home } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { hasBegun, readRunIn } from '../known-run.ts';

/**
 * The run that is at it, also where more was recorded meanwhile; else the one that took back what was carried out last.
 * Null: there is none, or it never began.
 */
export function backoutOf(home: Home, { backout, lastBackout }: LedgerState): string | null {
  if (lastBackout === null || !hasBegun(home, lastBackout)) return null;
  return lastBackout === backout || isOpen(home, lastBackout) ? lastBackout : null;
}

const isOpen = (home: Home, run: string): boolean => readRunIn(runFolder(home, run)).state.context.end === null;
