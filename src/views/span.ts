/** How long ago, or how far off, for people: days from two on, as nobody thinks in 50 hours. */
import { formatDuration } from '../kernel/duration.ts';

const day = 24 * 60 * 60_000;

export function spanWords(ms: number): string {
  return ms < 2 * day ? formatDuration(Math.max(0, ms)) : `${Math.floor(ms / day)} days`;
}
