/**
 * Judges samples. A bad one is bad whatever else is missing; beyond that, nothing is good that is not there for the
 * whole window and fresh: no data, stale data, gaps and half an answer are inconclusive.
 */
import { formatDuration } from '../../../src/kernel/duration.ts';
import type { Performed } from '../../../src/ports/adapter.ts';
import { done, failed } from '../../support/answers.ts';
import type { Found, Range, Sample, Series } from './api.ts';
import { expectWords, type Input, isGood } from './input.ts';

export interface Measured {
  readonly found: Found;
  /** Null: only the sample of now was asked for. */
  readonly range: Range | null;
  /** Seconds that the newest sample of the most outdated series is old; null: not known. */
  readonly ageSeconds: number | null;
}

/** Of a window, so much of every series must be there. */
const coverage = 0.9;

export function judge(asked: Input, { found, range, ageSeconds }: Measured): Performed {
  const bad = badSample(found.series, asked.expect);
  if (bad !== undefined) return failed('check', bad);
  const doubt = doubtOf(asked, { found, range, ageSeconds });
  if (doubt !== undefined) return failed('inconclusive', doubt);
  const latest = found.series.map(({ samples }) => samples.at(-1)?.value ?? Number.NaN);
  const counted = found.series.length === 1 ? '' : ` of ${found.series.length} series`;
  const during = asked.window === undefined ? 'is' : `has been for ${formatDuration(asked.window)}`;
  const value = spread(latest);
  return done(`${asked.query}${counted} ${during} ${expectWords(asked.expect)}; now ${value}`, {
    value: String(latest.length === 1 ? latest[0] : value),
    series: String(found.series.length),
  });
}

function spread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least} to ${most}`;
}

/** The first bad sample of the worst series: the one with most of them. */
function badSample(series: readonly Series[], expect: Input['expect']): string | undefined {
  const counted = series
    .map(({ name, samples }) => ({ name, of: samples.length, bad: samples.filter((each) => isBad(each, expect)) }))
    .filter(({ bad }) => bad.length > 0)
    .sort((a, b) => b.bad.length - a.bad.length);
  const [worst] = counted;
  const first = worst?.bad[0];
  if (worst === undefined || first === undefined) return undefined;
  const among = worst.of === 1 ? '' : `, ${worst.bad.length} of ${worst.of} samples; the first at ${clock(first.at)}`;
  const others = counted.length === 1 ? '' : ` (${counted.length} of ${series.length} series are bad)`;
  return `${worst.name === '' ? 'it' : worst.name} is ${first.value}, not ${expectWords(expect)}${among}${others}`;
}

const isBad = ({ value }: Sample, expect: Input['expect']): boolean => !Number.isNaN(value) && !isGood(value, expect);

const clock = (seconds: number): string => new Date(seconds * 1_000).toISOString();

function doubtOf(asked: Input, { found, range, ageSeconds }: Measured): string | undefined {
  const { series, warnings } = found;
  if (series.length === 0)
    return 'no data: the query gives nothing; see that the metric exists, or add `or vector(0)` where nothing is good';
  const nan = series.find(({ samples }) => samples.some(({ value }) => Number.isNaN(value)));
  if (nan !== undefined) return `${nan.name === '' ? 'it' : nan.name} is NaN: there was nothing to divide by`;
  if (ageSeconds !== null && ageSeconds * 1_000 > asked.maxAge) {
    if (ageSeconds === Number.POSITIVE_INFINITY) return `stale data: ${asked.fresh} gives nothing`;
    const age = formatDuration(Math.round(ageSeconds) * 1_000);
    return `stale data: the newest sample is ${age} old, more than ${formatDuration(asked.maxAge)}`;
  }
  const gap = range === null ? undefined : gapIn(series, range);
  if (gap !== undefined) return gap;
  return warnings.length === 0 ? undefined : `the answer is only a part: ${warnings.join('; ')}`;
}

function gapIn(series: readonly Series[], { start, end, stepMs }: Range): string | undefined {
  const steps = Math.floor(((end - start) * 1_000) / stepMs + 1e-6) + 1;
  for (const { name, samples } of series) {
    const what = name === '' ? 'it' : name;
    if (samples.length < steps * coverage)
      return `gaps: of ${steps} samples of the window ${what} has ${samples.length}; wait, or take a shorter \`window\``;
    if ((samples.at(-1)?.at ?? 0) < end - (stepMs / 1_000) * 1.5)
      return `stale data: ${what} ends at ${clock(samples.at(-1)?.at ?? 0)}`;
  }
  return undefined;
}
