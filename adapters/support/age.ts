/** How old a backup may be: the field `newerThan`, and what is wrong with one that is older. */
import * as z from 'zod/mini';
import { formatDuration, parseDuration } from '../../src/kernel/duration.ts';

/** Kept as text: a worker reads the input again. `by`: what its age is taken from. */
export const newerThanField = (what: string, by: string) =>
  z.string().check(
    z.refine((value) => parseDuration(value) !== undefined, 'write a duration with its unit: 30m, 24h, 7d'),
    z.meta({
      description: `The ${what} must be younger than this: 24h, 7d. ${by}`,
      pattern: '^(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h|d))+$|^P',
    }),
  );

/** Ms; null: of any age. */
export const ageLimit = (newerThan: string | undefined): number | null =>
  newerThan === undefined ? null : (parseDuration(newerThan) ?? null);

/** Why it is too old; null when it is not. */
export function tooOld(madeAt: Date, limitMs: number | null): string | null {
  const age = Date.now() - madeAt.getTime();
  if (limitMs === null || age <= limitMs) return null;
  return `it is ${formatDuration(age)} old (${madeAt.toISOString()}), older than ${formatDuration(limitMs)}`;
}

export const takeNewer = 'Take a newer backup, or allow an older one with `newerThan`.';
