/**
 * `statuspage`: tells those who look at a public status page (Atlassian Statuspage). The first message of a backout
 * opens an incident, later ones update it, the last one resolves it.
 */
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
import { wasSent } from './incident.ts';
import { type Input, input, statusOf } from './input.ts';
import { findComponents, findIncident, findPage, tell } from './page.ts';

export const adapter = defineAdapter<Input>({
  name: 'statuspage',
  summary: 'Opens, updates and resolves an incident on a public status page (Atlassian Statuspage).',
  tested: 'Tested against a stand-in of the API with its documented answers, not against Statuspage itself.',
  input,
  secretFields: ['token'],
  outputs: { incident: 'The id of the incident.', link: 'Its short address.' },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `open or update the incident ${JSON.stringify(asked.incident)} on page ${asked.page} at ${hostOf(asked.baseUrl)}: ${statusOf(asked)}`,
    ...Object.entries(asked.components ?? {}).map(([id, status]) => `component ${id}: ${status}`),
    ...(asked.notify === 'subscribers' ? ['subscribers are notified'] : []),
    ...describeMessage(asked),
  ],
  preflight,
  probe,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const page = await findPage(asked, context);
  if (!page.ok) return notReady(`${hostOf(asked.baseUrl)}: ${page.error.reason}`, remedyFor(page.error));
  const checked = [`${hostOf(asked.baseUrl)} has the page ${page.value.name}`];
  const uncovered = 'whether the key may write to the page is not tried';
  const wanted = Object.keys(asked.components ?? {});
  if (wanted.length === 0) return ready(checked, uncovered);
  const there = await findComponents(asked, context);
  if (!there.ok) return notReady(`${hostOf(asked.baseUrl)}: ${there.error.reason}`, remedyFor(there.error));
  const missing = wanted.filter((id) => !there.value.some((each) => each.id === id));
  if (missing.length === 0) return ready([...checked, 'its components are there'], uncovered);
  const known = there.value.map(({ id, name }) => `${id} (${name})`).join(', ');
  return notReady(
    `page ${asked.page} has no component ${missing.join(', ')}`,
    `Correct \`components\`; it has ${known}.`,
  );
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const found = await findIncident(asked, context);
  if (!found.ok) return probed('unknown', found.error.reason);
  if (found.value === undefined) return probed('no', `there is no incident ${asked.incident}`);
  const { id, status } = found.value;
  return wasSent(found.value, context.key)
    ? probed('yes', `incident ${id} (${status}) has the message`)
    : probed('no', `incident ${id} (${status}) has not this message`);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const rendered = render(asked, context);
  const told = await withRetries(context.signal, () => tell(asked, rendered, context));
  if (!told.ok) {
    const where = `Statuspage, page ${asked.page} at ${hostOf(asked.baseUrl)}`;
    return failed('error', `${where}: ${told.error.reason}. ${remedyFor(told.error)}`);
  }
  const { how, incident } = told.value;
  return done(`Statuspage: incident ${incident.id} ${how}, ${incident.status}`, {
    incident: incident.id,
    link: incident.shortlink ?? '',
  });
}

function remedyFor({ status, again }: Refusal): string {
  if (status === 401 || status === 403) return 'Correct `token`: an API key of the user or of the organisation.';
  if (status === 404) return 'Correct `page`: its id stands in its address in the administration.';
  if (status === 422 || status === 400) return 'Correct the step: `components`, `status`.';
  if (status === null) return 'See that this machine reaches it, or tell people another way.';
  return again ? 'Statuspage has trouble: try again later.' : 'Look at the page, and correct it by hand.';
}
