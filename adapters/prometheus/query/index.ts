/** `prometheus/query`: a check that what a query gives is within its limits, now or over a whole window. */
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../../src/ports/adapter.ts';
import { failed, notReady, ready } from '../../support/answers.ts';
import { type Found, queryNow, queryRange, type Range } from './api.ts';
import { expectWords, type Input, input } from './input.ts';
import { judge, type Measured } from './judge.ts';

export const adapter = defineAdapter<Input>({
  name: 'prometheus/query',
  summary: 'Asks Prometheus and judges every sample, of now or of a window; no data and stale data are inconclusive.',
  tested: 'Tested on Prometheus 2.42.',
  input,
  secretFields: ['token', 'password', 'headers'],
  outputs: { value: 'What it is now; of several series the range.', series: 'How many series it gave.' },
  needs: [],
  repeatable: true,
  readOnly: true,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `ask ${asked.url} for ${JSON.stringify(asked.query)}`,
    ...(asked.headers === undefined ? [] : [`with the headers ${Object.keys(asked.headers).join(', ')}`]),
    `good: ${expectWords(asked.expect)}${asked.window === undefined ? '' : `, in every sample of the last ${formatDuration(asked.window)}`}`,
  ],
  preflight,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const measured = await measure(asked, context);
  if (!measured.ok) return notReady(`${asked.url}: ${measured.error}`, 'See to Prometheus, or correct the input.');
  const { series } = measured.value.found;
  const none = series.length === 0 ? 'the query gives no data now' : null;
  return ready([`${asked.url} answers the query`], none);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const measured = await measure(asked, context);
  const where = `${asked.url}, ${asked.query}`;
  if (!measured.ok) return failed('error', `${where}: ${measured.error}`);
  const judged = judge(asked, measured.value);
  return judged.ok ? judged : { ...judged, reason: `${where}: ${judged.reason}` };
}

async function measure(asked: Input, context: AdapterContext): Promise<Result<Measured, string>> {
  const now = await queryNow(asked, context, asked.query);
  if (!now.ok) return now;
  const time = timeOf(now.value);
  const age = await ageOf(asked, context, now.value.kind, time);
  if (!age.ok) return age;
  if (asked.window === undefined || time === undefined)
    return ok({ found: now.value, range: null, ageSeconds: age.value });
  const range: Range = { start: time - asked.window / 1_000, end: time, stepMs: asked.step ?? asked.window / 20 };
  const found = await queryRange(asked, context, range);
  if (!found.ok) return found;
  const warnings = [...now.value.warnings, ...found.value.warnings];
  return ok({ found: { ...found.value, warnings }, range, ageSeconds: age.value });
}

/** By the server's clock; undefined where there is no data. */
const timeOf = ({ series }: Found): number | undefined => series[0]?.samples.at(-1)?.at;

/**
 * An answer carries the time of the question, not that of its samples, which may be five minutes older: `timestamp`
 * tells. The line breaks keep a comment at the end of a query from swallowing the brackets.
 */
async function ageOf(
  asked: Input,
  context: AdapterContext,
  kind: Found['kind'],
  time: number | undefined,
): Promise<Result<number | null, string>> {
  if (time === undefined || (kind === 'scalar' && asked.fresh === undefined)) return ok(null);
  const found = await queryNow(asked, context, `timestamp(\n${asked.fresh ?? asked.query}\n)`, time);
  if (!found.ok) return found;
  const newest = found.value.series.map(({ samples }) => samples.at(-1)?.value ?? 0);
  if (newest.length === 0) return ok(asked.fresh === undefined ? null : Number.POSITIVE_INFINITY);
  return ok(Math.max(0, time - Math.min(...newest)));
}
