/**
 * `teams`: a card in a Microsoft Teams channel or chat, through a Workflows webhook. The webhook has no key that a
 * second message could be recognised by, so a repeat says that it is one.
 */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { type AdapterContext, defineAdapter, type Performed } from '../../src/ports/adapter.ts';
import { done, failed } from '../support/answers.ts';
import { call, type Refusal, refusedInside } from '../support/api.ts';
import { deliver } from '../support/deliver.ts';
import { describeMessage } from '../support/describe-message.ts';
import { duration, optionalText } from '../support/fields.ts';
import { messageFields, type Rendered, render } from '../support/message.ts';
import { reachable } from '../support/reachable.ts';
import { oneLine } from '../support/reason.ts';
import { hostOf, secretUrl } from '../support/secure-url.ts';
import { cardMessage } from './card.ts';

const input = z.strictObject({
  url: secretUrl('The address of the webhook of the workflow. A secret: who knows it can post.'),
  ...messageFields,
  ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
  timeout: z._default(duration('How long one request may take. Default: 10s.'), 10_000),
});
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'teams',
  summary: 'Posts a card to Microsoft Teams that says what is true, what is next, and when the next update comes.',
  tested:
    'Tested against a stand-in that checks the card and its size as Microsoft documents them, not against Teams: what a workflow does after it has answered is not seen.',
  input,
  secretFields: ['url'],
  outputs: { status: 'The status code of the answer.' },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [`post a card to a Teams webhook at ${hostOf(asked.url)}`, ...describeMessage(asked)],
  preflight: (asked, context) => reachable(asked.url, 'whether the webhook is taken is not tried', asked, context),
  perform,
});

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const posted = await deliver(render(asked, context), context, (rendered) => post(rendered, asked, context));
  if (posted.ok) {
    const status = posted.value;
    // 202 is the workflow's: Teams itself is asked later, and nobody hears what it says.
    const taken = status === 202 ? 'the workflow has begun; whether it posts the card is not told' : 'posted';
    return done(`Teams: ${taken}`, { status: String(status) });
  }
  return failed('error', `Teams, ${hostOf(asked.url)}: ${posted.error.reason}. ${remedyFor(posted.error)}`);
}

async function post(rendered: Rendered, asked: Input, context: AdapterContext): Promise<Result<number, Refusal>> {
  const ask = { method: 'POST', url: asked.url, headers: {}, json: cardMessage(rendered) } as const;
  const answer = await call(ask, asked, context);
  if (!answer.ok) return answer;
  const { status, text } = answer.value;
  // The older connectors say `1`, and where they could not deliver say so, also with 200.
  const trouble = /fail|error|bad payload/i.test(text) ? oneLine(text).slice(0, 300) : '';
  if (trouble === '') return ok(status);
  return err(refusedInside(trouble, /\b(?:429|5\d\d)\b/.test(trouble)));
}

function remedyFor({ status, again }: Refusal): string {
  if (status === 400) return 'See that the workflow begins with "When a Teams webhook request is received".';
  if (status === 401 || status === 403) return 'Let anyone trigger the workflow, or correct `url` with its signature.';
  if (status === 404 || status === 410) return 'The workflow is gone or turned off: correct `url`.';
  if (status === null) return 'See that this machine reaches it, or tell people another way.';
  return again ? 'Try again later, or tell people another way.' : 'Look at the run history of the workflow.';
}
