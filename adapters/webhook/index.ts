/**
 * `webhook`: a signed message to another system (Standard Webhooks). Its id is the attempt's key, the same again
 * when it is repeated after a crash, so that a receiver can drop the second.
 */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { formatDuration } from '../../src/kernel/duration.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../src/ports/adapter.ts';
import { retryAfterMs, type Stumble, withRetries } from '../support/again.ts';
import { done, failed, notReady, ready } from '../support/answers.ts';
import { cut } from '../support/cut.ts';
import { duration, headers, httpUrl, optionalText, texts } from '../support/fields.ts';
import { exchange, type HttpReply } from '../support/http-client.ts';
import { modeHeaders } from '../support/mode-mark.ts';
import { hostAndPort, listens } from '../support/reach.ts';
import { payload } from './payload.ts';
import { signature, signingKey } from './sign.ts';

const notASecret = 'write `whsec_` and 24 to 64 bytes in base64, as the receiver gives it';

const input = z
  .strictObject({
    url: httpUrl('The address to send to.'),
    secret: texts('The signing secret (`whsec_…`), or two of them while one replaces the other. A secret.').check(
      z.refine((given) => given.every((secret) => signingKey(secret) !== undefined), notASecret),
    ),
    json: z.optional(z.unknown().check(z.describe('The message, as a JSON document.'))),
    body: z.optional(z.string().check(z.describe('The message as text, instead of `json`.'))),
    mark: z._default(
      z
        .enum(['body', 'header'])
        .check(
          z.describe(
            'Where a rehearsal is marked. body (default): a JSON object gets the key `backout` (`mark` and `notice`), a text begins with it. header: only the headers `backout-mode` and `backout-environment`, for a receiver that takes no other keys.',
          ),
        ),
      'body',
    ),
    headers: z.optional(headers('More headers to send; may hold secrets.')),
    ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
    timeout: z._default(duration('How long one request may take. Default: 15s.'), 15_000),
  })
  .check(
    z.refine(
      (asked) => (asked.json === undefined) !== (asked.body === undefined),
      'give `json` or `body`, and not both',
    ),
  );
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'webhook',
  summary: 'Sends a message to another system, signed as in Standard Webhooks.',
  tested: 'Tested on loopback receivers that check the signature.',
  input,
  secretFields: ['secret', 'headers'],
  outputs: { id: 'The message id (webhook-id).', status: 'The status code of the answer.' },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `POST ${asked.url}, signed (Standard Webhooks)`,
    ...(asked.headers === undefined ? [] : [`with the headers ${Object.keys(asked.headers).join(', ')}`]),
    `sending ${cut(JSON.stringify(asked.json ?? asked.body), 1_000)}`,
  ],
  preflight,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { host, port } = hostAndPort(asked.url);
  const there = await listens(host, port, context.signal);
  if (there.ok)
    return ready([`${host}:${port} accepts connections`], 'the message is not sent, so its secret is not tried');
  return notReady(`${asked.url}: ${there.error}`, `See that ${host} listens on port ${port}, or correct \`url\`.`);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const answer = await withRetries(context.signal, () => send(asked, context));
  if (!answer.ok) return failed('error', `POST ${asked.url}: ${answer.error.reason}`);
  const { status, ms } = answer.value;
  return done(`POST ${asked.url}: status ${status} in ${formatDuration(ms)}`, {
    id: context.key,
    status: String(status),
  });
}

async function send(asked: Input, context: AdapterContext): Promise<Result<HttpReply, Stumble>> {
  const body = payload(asked, context);
  const answer = await exchange({
    method: 'POST',
    url: asked.url,
    headers: signedHeaders(asked, body, context),
    body,
    redirects: 'keep',
    ca: asked.ca === undefined ? null : resolve(context.folder, asked.ca),
    timeoutMs: asked.timeout,
    signal: context.signal,
  });
  if (!answer.ok) return err({ reason: answer.error.reason, again: !answer.error.cancelled, retryAfterMs: null });
  const { status, headers: said } = answer.value;
  if (status >= 200 && status < 300) return ok(answer.value);
  const again = status === 408 || status === 425 || status === 429 || status >= 500;
  const words = answer.value.body.trim().slice(0, 200);
  const reason = `status ${status}${words === '' ? '' : `: ${JSON.stringify(words)}`}`;
  return err({ reason, again, retryAfterMs: retryAfterMs(said['retry-after'], Date.now()) });
}

/** Signed anew for every try: a receiver refuses an old timestamp. */
function signedHeaders(asked: Input, body: string, context: AdapterContext): Record<string, string> {
  const message = { id: context.key, timestamp: Math.floor(Date.now() / 1_000), body };
  const keys = asked.secret.map((secret) => signingKey(secret)).filter((key) => key !== undefined);
  return {
    'content-type': asked.json === undefined ? 'text/plain; charset=utf-8' : 'application/json',
    ...modeHeaders(context),
    ...asked.headers,
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signature(message, keys),
  };
}
