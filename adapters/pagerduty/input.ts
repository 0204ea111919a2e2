import * as z from 'zod/mini';
import { duration, optionalText, text } from '../support/fields.ts';
import { messageFields, type Stage } from '../support/message.ts';
import { secretUrl } from '../support/secure-url.ts';

export const input = z
  .strictObject({
    routingKey: text('The integration key of an Events API v2 integration. A secret.').check(
      z.regex(/^[A-Za-z0-9]{32}$/, 'write the integration key: 32 letters and digits'),
    ),
    action: z.optional(
      z
        .enum(['trigger', 'acknowledge', 'resolve'])
        .check(z.describe('What the event does. Default: resolve where `stage` is ended, else trigger.')),
    ),
    severity: z.optional(
      z
        .enum(['critical', 'error', 'warning', 'info'])
        .check(z.describe('How bad it is. Default: critical where `stage` is failed, warning where begun, else info.')),
    ),
    dedupKey: optionalText(
      'The key of the alert, e.g. `backout-${{ run.id }}`: triggers with the same key are one alert, and the same key resolves it. Default: made from the run and the step.',
    ).check(z.refine((key) => key === undefined || key.length <= 255, 'write at most 255 characters')),
    source: optionalText('What is affected. Default: `system`, else backout.'),
    url: z._default(
      secretUrl('Where events go. Default: https://events.pagerduty.com/v2/enqueue.'),
      'https://events.pagerduty.com/v2/enqueue',
    ),
    ...messageFields,
    ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
    timeout: z._default(duration('How long one request may take. Default: 10s.'), 10_000),
  })
  .check(
    z.refine(
      (asked) => actionOf(asked) === 'trigger' || asked.dedupKey !== undefined,
      'give `dedupKey`: the one that the alert was triggered with',
    ),
  );
export type Input = z.infer<typeof input>;

interface Asked {
  readonly action?: 'trigger' | 'acknowledge' | 'resolve' | undefined;
  readonly stage: Stage;
}

export const actionOf = ({ action, stage }: Asked) => action ?? (stage === 'ended' ? 'resolve' : 'trigger');

export function severityOf({ severity, stage }: Input): 'critical' | 'error' | 'warning' | 'info' {
  return severity ?? (stage === 'failed' ? 'critical' : stage === 'begun' ? 'warning' : 'info');
}
