/** `http`: a check. It only asks (GET or HEAD) and judges the answer; a bad answer is class `check`, none is `error`. */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { formatDuration } from '../../src/kernel/duration.ts';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../src/ports/adapter.ts';
import { done, failed, notReady, ready, unanswered } from '../support/answers.ts';
import { duration, headers, httpUrl, optionalText } from '../support/fields.ts';
import { exchange } from '../support/http-client.ts';
import { hostAndPort, resolves } from '../support/reach.ts';
import { whyUnreadable } from '../support/unreadable.ts';
import { expectation } from './expect.ts';
import { judgeFor } from './judge.ts';

const input = z
  .strictObject({
    url: httpUrl('The address to ask, e.g. https://shop.example.com/health.'),
    method: z._default(z.enum(['GET', 'HEAD']).check(z.describe('GET or HEAD: a check changes nothing.')), 'GET'),
    headers: z.optional(headers('Headers to send; may hold secrets.')),
    expect: z._default(expectation, {}),
    redirects: z._default(
      z
        .enum(['keep', 'follow'])
        .check(z.describe('keep: a redirect is the answer. follow: go on to where it leads (at most 5).')),
      'keep',
    ),
    ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
    timeout: z._default(duration('How long one request may take. Default: 10s.'), 10_000),
  })
  .check(
    z.refine(
      ({ method, expect }) => method !== 'HEAD' || (expect.body === undefined && expect.json === undefined),
      'HEAD has no body: use GET, or leave `expect.body` and `expect.json` out',
    ),
  );
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'http',
  summary: 'Asks a web address and judges the answer: a health check.',
  tested: 'Tested on loopback servers, with and without TLS.',
  input,
  secretFields: ['headers'],
  outputs: { status: 'The status code.', latencyMs: 'How long the answer took, in milliseconds.' },
  needs: [],
  repeatable: true,
  readOnly: true,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `${asked.method} ${asked.url}`,
    ...(asked.headers === undefined ? [] : [`with the headers ${Object.keys(asked.headers).join(', ')}`]),
    `good: ${JSON.stringify(asked.expect)}`,
  ],
  preflight,
  perform,
});

async function preflight(asked: Input, { folder }: AdapterContext): Promise<Preflight> {
  const judge = await judgeFor(asked.expect);
  if (!judge.ok) return notReady(`${asked.url}: ${judge.error}`, 'Correct `expect.json`.');
  const unreadable = asked.ca === undefined ? undefined : await whyUnreadable(resolve(folder, asked.ca));
  if (unreadable !== undefined) return notReady(`${asked.ca}: ${unreadable}`, 'Correct `ca`.');
  const { host } = hostAndPort(asked.url);
  const found = await resolves(host);
  if (found.ok) return ready([`${host} resolves`]);
  return notReady(`${asked.url}: ${found.error}`, `Correct the host in \`url\`, or see to the name server.`);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const judge = await judgeFor(asked.expect);
  if (!judge.ok) return failed('error', `${asked.method} ${asked.url} was not asked: ${judge.error}`);
  const answer = await exchange({
    ...asked,
    headers: asked.headers ?? {},
    body: null,
    ca: asked.ca === undefined ? null : resolve(context.folder, asked.ca),
    timeoutMs: asked.timeout,
    signal: context.signal,
  });
  if (!answer.ok) {
    const reason = `${asked.method} ${asked.url}: ${answer.error.reason}`;
    return answer.error.unanswered ? unanswered(reason) : failed('error', reason);
  }
  const reply = answer.value;
  const faults = judge.value(reply);
  if (faults.length > 0)
    return failed('check', `${asked.method} ${asked.url}: ${faults.join('; ')}`, reply.body.slice(0, 2_048));
  return done(`${asked.method} ${asked.url}: status ${reply.status} in ${formatDuration(reply.ms)}`, {
    status: String(reply.status),
    latencyMs: String(reply.ms),
  });
}
