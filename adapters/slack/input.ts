import * as z from 'zod/mini';
import { duration, optionalText } from '../support/fields.ts';
import { messageFields } from '../support/message.ts';
import { secretUrl } from '../support/secure-url.ts';

export const input = z
  .strictObject({
    url: z.optional(secretUrl('The incoming webhook to post to. A secret: who knows it can post.')),
    token: optionalText('A bot token (`xoxb-…`, scope chat:write), instead of `url`. A secret.').check(
      z.refine((token) => token === undefined || /^[\x21-\x7e]+$/.test(token), 'write the token without spaces'),
    ),
    channel: optionalText('The channel to post to with `token`: its id (C0123456789), or #name.'),
    baseUrl: z._default(secretUrl('Where the Web API is. Default: https://slack.com/api.'), 'https://slack.com/api'),
    ...messageFields,
    ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
    timeout: z._default(duration('How long one request may take. Default: 10s.'), 10_000),
  })
  .check(
    z.refine(
      (asked) => (asked.url === undefined) !== (asked.token === undefined),
      'give `url` (an incoming webhook), or `token` and `channel`; not both',
    ),
    z.refine(
      (asked) => (asked.token === undefined) === (asked.channel === undefined),
      'give `token` and `channel` together',
    ),
  );
export type Input = z.infer<typeof input>;
