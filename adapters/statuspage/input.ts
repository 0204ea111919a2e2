import * as z from 'zod/mini';
import { duration, optionalText, text } from '../support/fields.ts';
import { messageFields } from '../support/message.ts';
import { secretUrl } from '../support/secure-url.ts';

const id = /^[A-Za-z0-9]+$/;

const componentStatus = z.enum([
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
]);

export const input = z.strictObject({
  page: text('The id of the page.').check(z.regex(id, 'write the id of the page, e.g. kctbh9vrtdwd')),
  token: text('An API key. A secret.').check(z.regex(/^[\x21-\x7e]+$/, 'write the key without spaces')),
  incident: text(
    'What the messages of one backout have in common, e.g. `${{ run.id }}`: the first one with it opens the incident, later ones update it.',
  ).check(z.maxLength(200)),
  name: optionalText('The title of the incident on the page. Default: the message in one line.'),
  status: z.optional(
    z
      .enum(['investigating', 'identified', 'monitoring', 'resolved'])
      .check(
        z.describe(
          'The status of the incident. Default: resolved where `stage` is ended, investigating where failed, else identified.',
        ),
      ),
  ),
  components: z.optional(
    z
      .record(z.string().check(z.regex(id, 'write the id of the component')), componentStatus)
      .check(z.describe('Components by id and what they are to show, e.g. `{ ftgks51sfs2d: major_outage }`.')),
  ),
  impact: z.optional(
    z
      .enum(['none', 'minor', 'major', 'critical'])
      .check(z.describe('The impact that the page shows. Default: what Statuspage makes of the components.')),
  ),
  notify: z._default(
    z
      .enum(['subscribers', 'nobody'])
      .check(z.describe('Whether Statuspage sends it to those who subscribed. Default: subscribers.')),
    'subscribers',
  ),
  baseUrl: z._default(secretUrl('Where the API is. Default: https://api.statuspage.io.'), 'https://api.statuspage.io'),
  ...messageFields,
  ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
  timeout: z._default(duration('How long one request may take. Default: 10s.'), 10_000),
});
export type Input = z.infer<typeof input>;

export function statusOf({ status, stage }: Input): 'investigating' | 'identified' | 'monitoring' | 'resolved' {
  return status ?? (stage === 'ended' ? 'resolved' : stage === 'failed' ? 'investigating' : 'identified');
}
