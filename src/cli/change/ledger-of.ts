/** A change's ledger as a command sees it: folded, with what the runs that it names have done. */
import { foldLedger, type LedgerState, type LedgerStep } from '../../journal/ledger.ts';
import type { Executed } from '../../plan/derive/executed.ts';
import type { Home } from '../../runtime/home/home.ts';
import { ledgerFolder, readLedger } from '../../runtime/home/ledger.ts';
import { runStepsIn } from './run-steps.ts';

export function ledgerOf(home: Home, change: string): LedgerState {
  return foldLedger(readLedger(ledgerFolder(home, change)).events, runStepsIn(home));
}

export function executedOf({ steps, params }: LedgerState): Executed {
  return {
    steps: new Map([...steps].map(([id, { progress, outputs }]) => [id, { progress, outputs }])),
    params,
  };
}

/** Some of it was carried out and has not been taken back. */
export const isExecuted = ({ progress }: LedgerStep): boolean => progress !== 'not-begun';
