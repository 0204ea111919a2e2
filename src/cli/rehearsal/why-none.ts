/** Why no rehearsal of a plan counts, for whoever begins it or judges it. */
import type { Judged } from './judge.ts';

/** `judged`: those that do not count, newest first. */
export function whyNone(judged: readonly Judged[]): string {
  const newest = judged.find(({ statement }) => statement?.predicate.kind !== 'drill');
  if (newest === undefined && judged.length > 0) return 'of this plan there were drills, and no whole rehearsal';
  if (newest === undefined) return 'this plan was never rehearsed as it is now';
  const run = newest.statement?.predicate.run ?? newest.path;
  return `the latest rehearsal of this plan, ${run}, does not count: ${newest.why}`;
}
