/**
 * `http/request`: a request that changes something. Sent once, with the attempt's key as `Idempotency-Key`; sent
 * again only where the first one cannot have been acted on: no connection was made, or the server refused it with
 * 429 or 503 and Retry-After.
 */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../../src/ports/adapter.ts';
import { retryAfterMs, type Stumble, withRetries } from '../../support/again.ts';
import { done, failed, notReady, ready } from '../../support/answers.ts';
import { duration, headers, httpUrl, optionalText } from '../../support/fields.ts';
import { exchange, type HttpReply } from '../../support/http-client.ts';
import { modeHeaders } from '../../support/mode-mark.ts';
import { hostAndPort, listens } from '../../support/reach.ts';
import { expectation } from '../expect.ts';
import { type Judge, judgeFor } from '../judge.ts';

const input = z
  .strictObject({
    url: httpUrl('The address to send to.'),
    method: z._default(
      z.enum(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']).check(z.describe('The method. Default: POST.')),
      'POST',
    ),
    headers: z.optional(headers('Headers to send; may hold secrets.')),
    json: z.optional(z.unknown().check(z.describe('A JSON document to send; sets Content-Type. May hold secrets.'))),
    body: z.optional(z.string().check(z.describe('Text to send as it stands, instead of `json`. May hold secrets.'))),
    expect: z._default(expectation, {}),
    redirects: z._default(
      z
        .enum(['keep', 'follow'])
        .check(z.describe('keep: a redirect is the answer. follow: go on to where it leads (at most 5).')),
      'keep',
    ),
    ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
    timeout: z._default(duration('How long one request may take. Default: 30s.'), 30_000),
  })
  .check(z.refine((asked) => asked.json === undefined || asked.body === undefined, 'give `json` or `body`, not both'));
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'http/request',
  summary: 'Sends a request that changes something, with an Idempotency-Key, and judges the answer.',
  tested: 'Tested on loopback servers, with and without TLS.',
  input,
  secretFields: ['headers', 'body', 'json'],
  outputs: { status: 'The status code.', latencyMs: 'How long the answer took, in milliseconds.' },
  needs: [],
  repeatable: false,
  readOnly: false,
  defaultTimeoutMs: 120_000,
  describe: (asked) => [
    `${asked.method} ${asked.url} with an Idempotency-Key`,
    ...(asked.headers === undefined ? [] : [`with the headers ${Object.keys(asked.headers).join(', ')}`]),
    ...(asked.json === undefined && asked.body === undefined ? [] : [`sending ${sizeOf(asked)} bytes`]),
    `good: ${JSON.stringify(asked.expect)}`,
  ],
  preflight,
  perform,
});

const payload = (asked: Input): string | null =>
  asked.json === undefined ? (asked.body ?? null) : JSON.stringify(asked.json);
const sizeOf = (asked: Input): number => Buffer.byteLength(payload(asked) ?? '');

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const judge = await judgeFor(asked.expect);
  if (!judge.ok) return notReady(`${asked.url}: ${judge.error}`, 'Correct `expect.json`.');
  const { host, port } = hostAndPort(asked.url);
  const there = await listens(host, port, context.signal);
  if (there.ok) return ready([`${host}:${port} accepts connections`], 'the request itself is not sent');
  return notReady(`${asked.url}: ${there.error}`, `See that ${host} listens on port ${port}, or correct \`url\`.`);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const what = `${asked.method} ${asked.url}`;
  const judge = await judgeFor(asked.expect);
  if (!judge.ok) return failed('error', `${what} was not sent: ${judge.error}`);
  const answer = await withRetries(context.signal, () => send(asked, context, judge.value));
  if (!answer.ok) return failed('error', `${what}: ${answer.error.reason}`);
  const reply = answer.value;
  const faults = judge.value(reply);
  if (faults.length > 0) return failed('error', `${what}: ${faults.join('; ')}`, reply.body.slice(0, 2_048));
  return done(`${what}: status ${reply.status} in ${formatDuration(reply.ms)}`, {
    status: String(reply.status),
    latencyMs: String(reply.ms),
  });
}

async function send(asked: Input, context: AdapterContext, judge: Judge): Promise<Result<HttpReply, Stumble>> {
  const answer = await exchange({
    ...asked,
    headers: {
      ...(asked.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...modeHeaders(context),
      'idempotency-key': context.key,
      ...asked.headers,
    },
    body: payload(asked),
    ca: asked.ca === undefined ? null : resolve(context.folder, asked.ca),
    timeoutMs: asked.timeout,
    signal: context.signal,
  });
  if (!answer.ok) {
    const { reason, sent, cancelled } = answer.error;
    const doubt = sent && !cancelled ? ' (it may have been acted on)' : '';
    return err({ reason: reason + doubt, again: !sent, retryAfterMs: null });
  }
  const wait = retryAfterMs(answer.value.headers['retry-after'], Date.now());
  const refused = answer.value.status === 429 || answer.value.status === 503;
  if (!refused || wait === null || judge(answer.value).length === 0) return ok(answer.value);
  const reason = `status ${answer.value.status}, to be tried again after ${formatDuration(wait)}`;
  return err({ reason, again: true, retryAfterMs: wait });
}
