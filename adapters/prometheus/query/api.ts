/** Prometheus' HTTP API: a query in, series of samples out. What they mean is for others to judge. */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { exchange, type HttpReply } from '../../support/http-client.ts';
import { oneLine } from '../../support/reason.ts';
import type { Input } from './input.ts';

export interface Series {
  /** `errors{job="shop"}`; empty for a number without a name. */
  readonly name: string;
  /** Oldest first. */
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** Seconds since the epoch, by the server's clock. */
  readonly at: number;
  readonly value: number;
}

export interface Found {
  readonly kind: 'scalar' | 'vector' | 'matrix';
  readonly series: readonly Series[];
  /** What the server says of an answer that is only a part, e.g. that a store did not answer. */
  readonly warnings: readonly string[];
}

const pair = z.tuple([z.number(), z.string()]);
const labels = z.record(z.string(), z.string());
const answer = z.object({
  status: z.string(),
  error: z.optional(z.string()),
  warnings: z.optional(z.array(z.string())),
  data: z.optional(
    z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('scalar'), result: pair }),
      z.object({ resultType: z.literal('string'), result: z.unknown() }),
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: labels, value: z.optional(pair) })),
      }),
      z.object({
        resultType: z.literal('matrix'),
        result: z.array(z.object({ metric: labels, values: z.optional(z.array(pair)) })),
      }),
    ]),
  ),
});

/** Of now, by the server's clock, where no `time` is given. */
export const queryNow = (asked: Input, context: AdapterContext, query: string, time?: number) =>
  call(asked, context, 'query', { query, ...(time === undefined ? {} : { time: String(time) }) });

export interface Range {
  /** Seconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly stepMs: number;
}

export const queryRange = (asked: Input, context: AdapterContext, { start, end, stepMs }: Range) =>
  call(asked, context, 'query_range', {
    query: asked.query,
    start: String(start),
    end: String(end),
    step: String(stepMs / 1_000),
  });

async function call(
  asked: Input,
  context: AdapterContext,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<Result<Found, string>> {
  const reply = await exchange({
    method: 'POST',
    url: `${asked.url.replace(/\/+$/, '')}/api/v1/${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...login(asked), ...asked.headers },
    body: new URLSearchParams(form).toString(),
    redirects: 'keep',
    ca: asked.ca === undefined ? null : resolve(context.folder, asked.ca),
    timeoutMs: asked.timeout,
    signal: context.signal,
  });
  return reply.ok ? foundIn(reply.value) : err(reply.error.reason);
}

function login({ token, user, password }: Input): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (user === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
}

function foundIn({ status, body, bodyCut }: HttpReply): Result<Found, string> {
  if (status === 401 || status === 403)
    return err(`status ${status}: it refuses the login; correct \`token\`, or \`user\` and \`password\``);
  if (bodyCut) return err('the answer is longer than 1 MiB: narrow or aggregate the query, or take a longer `step`');
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return err(`status ${status}, and the answer is not that of Prometheus: ${JSON.stringify(body.slice(0, 120))}`);
  }
  const parsed = z.safeParse(answer, document);
  if (!parsed.success) return err(`status ${status}, and the answer is not that of Prometheus`);
  const { data, error, warnings = [] } = parsed.data;
  if (parsed.data.status !== 'success' || data === undefined)
    return err(`status ${status}: ${oneLine(error ?? 'no reason given')}`);
  if (data.resultType === 'string') return err('the query gives text, not numbers');
  if (data.resultType === 'scalar')
    return ok({ kind: 'scalar', series: [{ name: '', samples: [sampleOf(data.result)] }], warnings });
  const series = data.result.map((each) => ({
    name: nameOf(each.metric),
    samples: ('values' in each
      ? (each.values ?? [])
      : 'value' in each && each.value !== undefined
        ? [each.value]
        : []
    ).map(sampleOf),
  }));
  // A series without numbers is a histogram of the new kind.
  if (series.some(({ samples }) => samples.length === 0)) return err('the query gives histograms, not numbers');
  return ok({ kind: data.resultType, series, warnings });
}

const special: Readonly<Record<string, number>> = {
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};

const sampleOf = ([at, value]: readonly [number, string]): Sample => ({ at, value: special[value] ?? Number(value) });

function nameOf({ __name__: name = '', ...rest }: Readonly<Record<string, string>>): string {
  const inner = Object.entries(rest).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return inner.length === 0 ? name : `${name}{${inner.join(',')}}`;
}
