/** Rules about who is told, when, and with which words. */
import type { PlaybookContent, StepSite } from '../content.ts';
import type { PlaceName } from '../phases.ts';
import type { LintRule, Weakness } from './rule.ts';
import { isEmpty } from './steps.ts';

const noNotify: LintRule = {
  name: 'no-notify',
  asks: 'The Service Desk is told that the backout begins.',
  why: 'Users see it closed and call; a Service Desk that knows nothing opens incidents against your own work.',
  remedy: 'Add a step to notify that tells the Service Desk.',
  from: { medium: 'warning' },
  find: ({ content }) => emptyPlace(content, 'notify', 'nobody is told that the backout begins: notify is empty'),
};

const noAnnounce: LintRule = {
  name: 'no-announce',
  asks: 'The Service Desk is told how the backout ended.',
  why: 'Those who wait for the service do not look into a run: until they are told, it is closed for them.',
  remedy: 'Add a step to announce that tells the Service Desk how it ended.',
  from: { medium: 'warning' },
  find: ({ content }) => emptyPlace(content, 'announce', 'nobody is told how the backout ended: announce is empty'),
};

const noEscalation: LintRule = {
  name: 'no-escalation',
  asks: 'Somebody is called when the backout itself fails.',
  why: 'That is the worst moment of all: access closed, data in doubt. `announce` tells of success only.',
  remedy: 'Add escalate: who is called, and how.',
  from: { medium: 'warning' },
  find: ({ content }) =>
    isEmpty(content, 'escalate') ? [{ path: [], message: 'nobody is told when the backout itself fails' }] : [],
};

function emptyPlace(content: PlaybookContent, place: PlaceName, message: string): readonly Weakness[] {
  return isEmpty(content, place) ? [{ path: ['phases', place], message }] : [];
}

/** Adapters that write to people, and where no word for them stands. Of other adapters it is not known. */
const writing: ReadonlySet<string> = new Set(['email', 'slack', 'teams']);
const addressing: ReadonlySet<string> = new Set([
  ...['host', 'port', 'from', 'to', 'cc', 'replyTo', 'user', 'password', 'url', 'token', 'channel', 'baseUrl', 'ca'],
]);
/** A number to call, an address, a channel, or whatever an expression gives for one. */
const reachable = /\+?\d[\d ()/-]{4,}\d|\S@\S|#[a-z]|\$\{\{[^}]*(?:roles|contact|phone|call)/i;

const noContactTold: LintRule = {
  name: 'message-without-contact',
  asks: 'Messages of `notify` and `escalate` say whom to call.',
  why: 'Who is told of trouble must be able to answer, without looking for the plan first.',
  remedy: "Add who and how, such as: ${{ roles['change-manager'].name }}, ${{ roles['change-manager'].contact }}.",
  from: { high: 'warning' },
  find: ({ content, sites }) =>
    sites.flatMap((site) => {
      if (site.place !== 'notify' && site.place !== 'escalate') return [];
      const text = messageOf(site);
      if (text === undefined || reachable.test(text) || namesContact(content, text)) return [];
      const message = `the message of step ${site.id} does not say whom to call`;
      return [{ path: [...site.path, 'with'], step: site.id, message }];
    }),
};

function messageOf({ step }: StepSite): string | undefined {
  if (step.uses === undefined || !writing.has(step.uses)) return undefined;
  const words = Object.entries(step.with ?? {}).filter(([field]) => !addressing.has(field));
  return JSON.stringify(words);
}

function namesContact(content: PlaybookContent, text: string): boolean {
  return Object.values(content.roles ?? {}).some(({ contact }) => contact !== undefined && text.includes(contact));
}

export const tellingRules: readonly LintRule[] = [noNotify, noAnnounce, noEscalation, noContactTold];
