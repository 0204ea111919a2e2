/** Estimates in words: the same ones in the plan, the deadline and the document. */
import { formatDuration } from '../kernel/duration.ts';
import { clockTime } from './clock-time.ts';
import type { Moment } from './doing.ts';
import type { StepEstimate } from './estimate.ts';
import type { ExpectedEnd } from './estimate-end.ts';
import type { Outlook } from './estimate-outlook.ts';

/** `measured: median 12.4 s, 90th percentile 18.0 s (7 runs)`. */
export function estimateWords({ medianMs, p90Ms, samples, earlier }: StepEstimate): string {
  const of = `${runsWord(samples)}${earlier ? ' of an earlier version of the plan' : ''}`;
  return `measured: median ${formatDuration(medianMs)}, 90th percentile ${formatDuration(p90Ms)} (${of})`;
}

export const runsWord = (count: number): string => `${count} ${count === 1 ? 'run' : 'runs'}`;

/** What the whole is expected to take, and what that rests on; whole sentences. */
export function outlookLines(outlook: Outlook): readonly string[] {
  const { medianMs, p90Ms, measured, path } = outlook;
  if (measured === 0) return ['Never measured: no run or rehearsal of it has been recorded here.'];
  const usual = medianMs === null ? [] : [`usually ${formatDuration(medianMs)}`];
  const slow =
    p90Ms === null ? [] : [`${formatDuration(p90Ms)} by the 90th percentile of each step on the critical path`];
  const time = [...usual, ...slow];
  return [
    ...(time.length === 0 ? [] : [`Expected time: ${time.join(', ')}${timeoutWords(outlook)}.`]),
    ...basisLines(outlook),
    ...(path.length === 0 ? [] : [`Critical path: ${named(path, 12)}.`]),
  ];
}

function timeoutWords({ unmeasured }: Outlook): string {
  return unmeasured.length === 0 ? '' : ' and, where nothing was measured, by timeouts';
}

/** What the numbers are worth. */
export function basisLines({ samples, unmeasured, unbounded, earlier, measured }: Outlook): readonly string[] {
  if (measured === 0) return [];
  const least = `Every measured step rests on ${samples === 1 ? 'at least 1 run' : `at least ${samples} runs`}${samples < 3 ? ', which is little' : ''}.`;
  const old = earlier.length === 0 ? [] : [`Measured only with an earlier version of the plan: ${named(earlier, 6)}.`];
  const never = unmeasured.filter((id) => !unbounded.includes(id));
  return [
    least,
    ...old,
    ...(never.length === 0 ? [] : [`Never measured, so that only the timeouts bound it: ${named(never, 6)}.`]),
    ...(unbounded.length === 0 ? [] : [`Never measured and without a timeout: ${named(unbounded, 6)}.`]),
  ];
}

/** `expected to end at 14:32:10, by the 90th percentiles at 14:40:00`; null where nothing can be said. */
export function expectedEndWords(
  { usual, late, overdue, unmeasured }: ExpectedEnd,
  { now, zone }: Moment,
): string | null {
  const slow =
    overdue.length === 0 ? '' : `; ${named(overdue, 3)} ${overdue.length === 1 ? 'takes' : 'take'} unusually long`;
  const lateAt = late === null ? null : clockTime(late, zone, now);
  if (usual === null) {
    if (lateAt === null) return null;
    return `expected to end by ${lateAt} at the latest, as ${named(unmeasured, 3)} ${unmeasured.length === 1 ? 'was' : 'were'} never measured${slow}`;
  }
  const left = formatDuration(Math.max(0, Date.parse(usual) - now));
  return `expected to end at ${clockTime(usual, zone, now)} (in ${left}), by the 90th percentiles at ${lateAt}${slow}`;
}

/** The first few, and how many more. */
export function named(ids: readonly string[], most: number): string {
  const more = ids.length - most;
  return more <= 0 ? ids.join(', ') : `${ids.slice(0, most).join(', ')} and ${more} more`;
}
