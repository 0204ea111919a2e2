/** `jira`: a comment on a Jira issue or a Service Management request, and the status it is brought to. */
import {
  type AdapterContext,
  defineAdapter,
  type Performed,
  type Preflight,
  type Probe,
} from '../../src/ports/adapter.ts';
import { withRetries } from '../support/again.ts';
import { done, failed, notReady, probed, ready } from '../support/answers.ts';
import type { Refusal } from '../support/api.ts';
import { describeMessage } from '../support/describe-message.ts';
import { render } from '../support/message.ts';
import { hostOf } from '../support/secure-url.ts';
import { type Input, input } from './input.ts';
import { findMyself, findStatus, findTransitions } from './site.ts';
import { isThere, noWay, same, tell, wayTo } from './tell.ts';

export const adapter = defineAdapter<Input>({
  name: 'jira',
  summary: 'Comments on a Jira issue or a Jira Service Management request, and brings it to a status.',
  tested:
    'Tested against a stand-in of the REST APIs of Cloud and Server with their documented answers, not against a site: its workflow and rights are yours to try.',
  input,
  secretFields: ['token'],
  outputs: { status: 'The status of the issue afterwards.' },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `${asked.visibility === undefined ? 'a' : asked.visibility === 'public' ? 'a public' : 'an internal'} comment on ${asked.issue} at ${hostOf(asked.baseUrl)}`,
    ...(asked.status === undefined ? [] : [`then the status ${JSON.stringify(asked.status)}`]),
    ...(asked.resolution === undefined ? [] : [`with the resolution ${JSON.stringify(asked.resolution)}`]),
    ...describeMessage(asked),
  ],
  preflight,
  probe,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const where = hostOf(asked.baseUrl);
  const self = await findMyself(asked, context);
  if (!self.ok) return notReady(`${where}: ${self.error.reason}`, remedyFor(self.error));
  const now = await findStatus(asked, context);
  if (!now.ok) return notReady(`${where}, ${asked.issue}: ${now.error.reason}`, remedyFor(now.error));
  const checked = [`${where} knows ${self.value.displayName}`, `${asked.issue} is there: ${now.value}`];
  const uncovered = 'whether the account may comment is not tried';
  if (asked.status === undefined || same(now.value, asked.status)) return ready(checked, uncovered);
  const ways = await findTransitions(asked, context);
  if (!ways.ok) return notReady(`${where}, ${asked.issue}: ${ways.error.reason}`, remedyFor(ways.error));
  if (wayTo(asked.status, ways.value) !== undefined) return ready(checked, uncovered);
  // People move it meanwhile: what cannot be now may be when the step is due.
  return ready(checked, `${uncovered}; ${asked.issue}: ${noWay(now.value, asked.status, ways.value)}`);
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const there = await isThere(asked, render(asked, context), context);
  if (!there.ok) return probed('unknown', there.error.reason);
  if (!there.value) return probed('no', `${asked.issue} has not the comment`);
  const now = await findStatus(asked, context);
  if (!now.ok) return probed('unknown', now.error.reason);
  const right = asked.status === undefined || same(now.value, asked.status);
  return probed(right ? 'yes' : 'no', `${asked.issue} has the comment, and is ${now.value}`);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const rendered = render(asked, context);
  const told = await withRetries(context.signal, () => tell(asked, rendered, context));
  if (told.ok)
    return done(`Jira: ${asked.issue} ${told.value.how}, ${told.value.status}`, { status: told.value.status });
  const where = `Jira, ${asked.issue} at ${hostOf(asked.baseUrl)}`;
  return failed('error', `${where}: ${told.error.reason}. ${remedyFor(told.error)}`);
}

function remedyFor({ status, reason, again }: Refusal): string {
  if (status === 401) return 'Correct `user` and `token`.';
  if (status === 403) return 'Give the account the right to comment and to move it; on a server, answer its CAPTCHA.';
  if (status === 404) return 'Correct `issue`, or the account: Jira says so too where the account may not see it.';
  if (status === 400) return 'See what the transition needs: a resolution, a field of its screen.';
  if (status === null) return 'See that this machine reaches it, or tell people another way.';
  if (again) return 'Jira has trouble: try again later, or tell people another way.';
  return /transition|shows/.test(reason)
    ? 'The comment is written: move the issue by hand, or correct `status`.'
    : 'Look at the site, and correct `baseUrl`.';
}
