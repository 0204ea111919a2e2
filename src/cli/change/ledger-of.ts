/** A change's ledger as a command sees it: folded, with what the runs that it names have done. */
import { foldLedger, type LedgerState, type LedgerStep } from '../../journal/ledger.ts';
import type { LedgerEvent } from '../../journal/ledger-event.ts';
import type { Executed } from '../../plan/derive/executed.ts';
import type { Home } from '../../runtime/home/home.ts';
import { ledgerFolder, readLedger } from '../../runtime/home/ledger.ts';
import { hasBegun } from '../known-run.ts';
import { runStepsIn } from './run-steps.ts';
import { refuseLostLedger, runsOfChange } from './runs-of.ts';

export interface KnownLedger extends LedgerState {
  /** Its last entry: its number and hash; null: there is none. */
  readonly head: { readonly seq: number; readonly hash: string } | null;
  /** Whoever began `lastBackout` had come to its first entry when this was read. */
  readonly backoutHadBegun: boolean;
  /** Half an entry stands behind it: whoever was writing it died, and was never told that it was recorded. */
  readonly isTorn: boolean;
  /** Runs that carried the change out or took it back, and that it does not name. */
  readonly strangers: readonly string[];
}

/** Throws a Fault (exit 7) where it is damaged, or gone though a run of the change is there. */
export function ledgerOf(home: Home, change: string): KnownLedger {
  refuseLostLedger(home, change);
  const { events, link, tornBytes } = readLedger(ledgerFolder(home, change));
  const named = new Set(events.flatMap(runOf));
  const state = foldLedger(events, runStepsIn(home));
  return {
    ...state,
    backoutHadBegun: state.lastBackout !== null && hasBegun(home, state.lastBackout),
    head: link.seq === 0 ? null : link,
    isTorn: tornBytes > 0,
    strangers: events.length === 0 ? [] : runsOfChange(home, change).filter((run) => !named.has(run)),
  };
}

const runOf = (event: LedgerEvent): readonly string[] => ('run' in event ? [event.run] : []);

export function executedOf({ steps, params }: LedgerState): Executed {
  return {
    steps: new Map(
      [...steps].map(([id, { progress, settled, mixed, mayHaveActed = false, halfUndone = [], outputs }]) => [
        id,
        { progress, settled, mixed, mayHaveActed, halfUndone, outputs },
      ]),
    ),
    params,
  };
}

/** What the ledger itself leaves open, to be said before anybody relies on it. */
export const doubtsOf = ({ isTorn, mixedFrame }: KnownLedger): readonly string[] => [
  ...(isTorn
    ? ['The last line of the ledger is cut short: a call that was to record something died, and that is not known.']
    : []),
  ...(mixedFrame
    ? ['Steps were recorded under frames that do not say the same: the one that the change names now is taken.']
    : []),
];

/** Some of it was carried out and has not been taken back. */
export const isExecuted = ({ progress }: LedgerStep): boolean => progress !== 'not-begun';
