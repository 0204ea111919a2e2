/** When a change was last worked on, by the words that count. */
import type { LedgerState } from '../../journal/ledger.ts';
import { isExecuted } from './ledger-of.ts';

/** Ms since the epoch; undefined: nothing of it stands carried out. */
export function executedAt({ steps }: Pick<LedgerState, 'steps'>): number | undefined {
  const times = [...steps.values()].filter(isExecuted).flatMap(({ words }) => words.at(-1)?.at ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
