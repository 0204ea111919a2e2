/** How long ago, or how far off, for people: days from two on, as nobody thinks in 50 hours. */
import { formatDuration } from '../kernel/duration.ts';

const day = 24 * 60 * 60_000;

export function spanWords(ms: number): string {
  return ms < 2 * day ? formatDuration(Math.max(0, ms)) : `${Math.floor(ms / day)} days`;
}

/** What is left of a time: whole seconds while they count, and never more than there is. */
export function leftWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return seconds < 60 ? `${seconds} s` : spanWords(seconds * 1_000);
}
