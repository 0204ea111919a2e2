/** Entries of a ledger whose time lies ahead of this machine's clock: one of two clocks is wrong. */
import { formatDuration } from '../kernel/duration.ts';

/** Machines that share a home differ by so much without anything being wrong. */
const toleratedMs = 60_000;

/** Instants: ms since the epoch. */
export const isAhead = (at: number, now: number): boolean => at - now > toleratedMs;

/** Undefined: the last entry is as old as it should be. */
export function aheadWords(change: string, last: number, now: number): string | undefined {
  if (!isAhead(last, now)) return undefined;
  const when = `${new Date(last).toISOString()}, ${formatDuration(last - now)} ahead of this machine's clock`;
  return `The last entry of the ledger of ${change} is of ${when}, and what is recorded now gets that time too: look which clock is wrong.`;
}
