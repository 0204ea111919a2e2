/**
 * `slack`: a message in a Slack channel, by an incoming webhook or as an app. An app's message carries an id
 * (client_msg_id), so that a second one is dropped; a webhook has none, so a repeat says that it is one.
 */
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../src/ports/adapter.ts';
import { withRetries } from '../support/again.ts';
import { done, failed, notReady, ready } from '../support/answers.ts';
import type { Refusal } from '../support/api.ts';
import { deliver } from '../support/deliver.ts';
import { describeMessage } from '../support/describe-message.ts';
import { render } from '../support/message.ts';
import { reachable } from '../support/reachable.ts';
import { hostOf } from '../support/secure-url.ts';
import { type Input, input } from './input.ts';
import { remedyFor } from './remedy.ts';
import { postMessage, postToWebhook, tryToken } from './send.ts';

export const adapter = defineAdapter<Input>({
  name: 'slack',
  summary: 'Posts a message to a Slack channel that says what is true, what is next, and when the next update comes.',
  tested:
    'Tested against a stand-in that checks requests and limits as Slack documents them, not against Slack itself.',
  input,
  secretFields: ['url', 'token'],
  outputs: { ts: 'The timestamp of the message, which is its id in the channel; empty with a webhook.' },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [`post to ${targetOf(asked)}`, ...describeMessage(asked)],
  preflight,
  perform,
});

function targetOf({ url, channel, baseUrl }: Input): string {
  return url === undefined ? `${channel} through ${hostOf(baseUrl)}` : `an incoming webhook at ${hostOf(url)}`;
}

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { token, baseUrl, url } = asked;
  if (token === undefined)
    return reachable(url ?? baseUrl, 'whether the webhook is taken is not tried', asked, context);
  const tried = await tryToken(token, asked, context);
  if (!tried.ok) return notReady(`${hostOf(baseUrl)}: ${tried.error.reason}`, remedyFor(tried.error));
  return ready([`${hostOf(baseUrl)} takes the token`], `whether it may post to ${asked.channel} is not tried`);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const rendered = render(asked, context);
  const { url, token = '' } = asked;
  const posted = await (url === undefined
    ? withRetries(context.signal, () => postMessage(token, rendered, asked, context))
    : deliver(rendered, context, (current) => postToWebhook(url, current, asked, context)));
  return posted.ok
    ? done(`Slack: ${posted.value.detail}`, { ts: posted.value.ts ?? '' })
    : refused(asked, posted.error);
}

const refused = (asked: Input, refusal: Refusal): Performed =>
  failed('error', `Slack, ${targetOf(asked)}: ${refusal.reason}. ${remedyFor(refusal)}`);
