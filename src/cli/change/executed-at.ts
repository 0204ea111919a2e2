/** When the steps of a change that stand carried out were worked on, by the words that count. */
import type { LedgerState } from '../../journal/ledger.ts';
import { isExecuted } from './ledger-of.ts';

type Steps = Pick<LedgerState, 'steps'>;

/** Ms since the epoch, of each step but those named. */
export function executedTimes({ steps }: Steps, without: ReadonlySet<string> = new Set()): readonly number[] {
  return [...steps]
    .filter(([id, step]) => isExecuted(step) && !without.has(id))
    .flatMap(([, { words }]) => words.at(-1)?.at ?? []);
}

/** The last of them; undefined: nothing of it stands carried out. */
export function executedAt(ledger: Steps): number | undefined {
  const times = executedTimes(ledger);
  return times.length === 0 ? undefined : Math.max(...times);
}
