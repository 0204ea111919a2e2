/**
 * `pagerduty`: an event for PagerDuty's Events API v2. Its dedup key makes a second trigger part of the first alert.
 */
import { type AdapterContext, defineAdapter, type Performed } from '../../src/ports/adapter.ts';
import { withRetries } from '../support/again.ts';
import { done, failed } from '../support/answers.ts';
import type { Refusal } from '../support/api.ts';
import { describeMessage } from '../support/describe-message.ts';
import { render } from '../support/message.ts';
import { reachable } from '../support/reachable.ts';
import { hostOf } from '../support/secure-url.ts';
import { dedupKeyOf, eventOf } from './event.ts';
import { actionOf, type Input, input, severityOf } from './input.ts';
import { enqueue } from './send.ts';

export const adapter = defineAdapter<Input>({
  name: 'pagerduty',
  summary: 'Triggers, acknowledges or resolves a PagerDuty alert (Events API v2).',
  tested:
    'Tested against a stand-in that checks events as the Events API v2 documents them, not against PagerDuty itself.',
  input,
  secretFields: ['routingKey'],
  outputs: { dedupKey: 'The key of the alert: a later step resolves it with the same one.' },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `${actionOf(asked)} an alert at ${hostOf(asked.url)}${asked.dedupKey === undefined ? '' : `, key ${JSON.stringify(asked.dedupKey)}`}`,
    ...(actionOf(asked) === 'trigger' ? [`severity: ${severityOf(asked)}`, ...describeMessage(asked)] : []),
  ],
  preflight: (asked, context) => reachable(asked.url, 'whether the routing key is taken is not tried', asked, context),
  perform,
});

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const event = eventOf(asked, render(asked, context), context.key);
  const answer = await withRetries(context.signal, () => enqueue(event, asked, context));
  const dedupKey = dedupKeyOf(asked, context.key);
  if (answer.ok) return done(`PagerDuty took the event: ${actionOf(asked)} ${dedupKey}`, { dedupKey });
  return failed('error', `PagerDuty, ${hostOf(asked.url)}: ${answer.error.reason}. ${remedyFor(answer.error)}`);
}

function remedyFor({ status, again }: Refusal): string {
  if (status === 400) return 'Correct `routingKey`: the integration key of an Events API v2 integration.';
  if (status === null) return 'See that this machine reaches PagerDuty, or call the people on duty.';
  return again ? 'PagerDuty has trouble: call the people on duty.' : 'Correct the step, or call the people on duty.';
}
