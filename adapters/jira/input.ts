import * as z from 'zod/mini';
import { duration, optionalText, text } from '../support/fields.ts';
import { messageFields } from '../support/message.ts';
import { secretUrl } from '../support/secure-url.ts';

export const input = z
  .strictObject({
    baseUrl: secretUrl('The site, e.g. https://example.atlassian.net, with the context path where it has one.'),
    edition: z._default(
      z.enum(['cloud', 'server']).check(z.describe('Jira Cloud, or Server and Data Center. Default: cloud.')),
      'cloud',
    ),
    user: optionalText('The e-mail address (cloud) or name (server) to log in with; on a server a token needs none.'),
    token: text('The API token (cloud), personal access token or password (server). A secret.').check(
      z.regex(/^[\x20-\x7e]+$/, 'write the token as Jira gives it'),
    ),
    issue: text('The issue or request, e.g. OPS-42.').check(z.regex(/^[A-Z][A-Z0-9_]*-[0-9]+$/, 'write it as OPS-42')),
    visibility: z.optional(
      z
        .enum(['internal', 'public'])
        .check(
          z.describe(
            'For a request of Jira Service Management: internal is for agents, public is seen by the customer too. Without it: a plain comment.',
          ),
        ),
    ),
    status: optionalText(
      'The status to bring it to, by name, e.g. Resolved. Where it has it already, nothing is done.',
    ),
    resolution: optionalText('The resolution to give it with `status`, e.g. Done.'),
    ...messageFields,
    ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
    timeout: z._default(duration('How long one request may take. Default: 10s.'), 10_000),
  })
  .check(
    z.refine((asked) => asked.edition === 'server' || asked.user !== undefined, 'give `user`: Jira Cloud needs it'),
    z.refine(
      (asked) => asked.resolution === undefined || asked.status !== undefined,
      'give `status` with `resolution`',
    ),
  );
export type Input = z.infer<typeof input>;
