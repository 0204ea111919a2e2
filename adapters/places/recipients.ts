/** Whom a message reaches: a mailbox, a channel, a record, a page. */
import { domainToASCII } from 'node:url';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AdapterPlace } from '../../src/ports/adapter.ts';
import { allSaid, elsewhere, type PlacesOf, said } from './kinds.ts';
import { atUrl, receiver } from './url.ts';

const kind = 'recipient';

/** Most servers take `Ruth@` and `ruth@` for one, though they need not; `ruth+shop@` may be another one. */
export function mailbox(address: string): AdapterPlace {
  const bare = (/<([^<>]+)>\s*$/.exec(address)?.[1] ?? address).trim().toLowerCase();
  const [, name = '', domain = ''] = /^(.*)@(.*?)\.?$/.exec(bare) ?? [];
  if (domain === '') return elsewhere(kind, bare);
  const plain = name.replace(/^"(.*)"$/, '$1').replaceAll(/\\(.)/g, '$1');
  return elsewhere(kind, `${plain}@${domainToASCII(domain) || domain}`);
}

export const mailboxes: PlacesOf = (input) => ['to', 'cc'].flatMap((field) => allSaid(input, field)).map(mailbox);

export const webhook: PlacesOf = (input) => allSaid(input, 'url').map((url) => receiver(kind, url));

/** Of chat services the path says where it goes; what is asked besides only says how it is shown. */
export const chatHook: PlacesOf = (input) => allSaid(input, 'url').map((url) => atUrl(kind, url, ({ path }) => path));

/** Something at a service, by what tells it from all else there. `usual`: where the service is if nobody says it. */
const atService =
  (usual: string, what: (input: JsonObject) => readonly string[]): PlacesOf =>
  (input) => [atUrl(kind, said(input, 'baseUrl') ?? usual, ({ path }) => `${path} ${what(input).join(' ')}`)];

const upper = (input: JsonObject, field: string): string => (said(input, field) ?? '').toUpperCase();

export const jiraIssue = atService('Jira', (input) => [upper(input, 'issue')]);

export const serviceNowRecord = atService('ServiceNow', (input) => [
  said(input, 'table') ?? 'incident',
  upper(input, 'number'),
]);

export const statusPage = atService('https://api.statuspage.io', (input) => [upper(input, 'page')]);

const slackChannel = atService('https://slack.com/api', (input) => {
  const channel = (said(input, 'channel') ?? '').trim().replace(/^#/, '');
  const isId = /^[CDGUW][A-Z\d]{7,}$/.test(channel);
  return isId ? [channel] : [channel.toLowerCase(), 'of', workspaceOf(said(input, 'token') ?? '')];
});

/** In the token of a bot or a person stands the number of its workspace; others are told apart by the whole. */
const workspaceOf = (token: string): string => /^xox[a-z]-(\d+)-/.exec(token)?.[1] ?? token;

export const slack: PlacesOf = (input, context) =>
  said(input, 'url') === undefined ? slackChannel(input, context) : chatHook(input, context);

/** By its key alone, wherever it is sent: with it alone an alert reaches whoever is on call. */
export const pagerDuty: PlacesOf = (input) => [elsewhere(kind, `PagerDuty ${said(input, 'routingKey') ?? ''}`)];
