/** Worlds of messages: loopback receivers in place of the services. */
import { adapter as jira } from '../../adapters/jira/index.ts';
import { adapter as pagerduty } from '../../adapters/pagerduty/index.ts';
import { adapter as servicenow } from '../../adapters/servicenow/index.ts';
import { adapter as slack } from '../../adapters/slack/index.ts';
import { adapter as statuspage } from '../../adapters/statuspage/index.ts';
import { adapter as teams } from '../../adapters/teams/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { jira as jiraSite, tokens } from '../adapters/rig/jira.ts';
import { pagerduty as pager, routingKey } from '../adapters/rig/pagerduty.ts';
import { lineServer } from '../adapters/rig/servers.ts';
import { login, serviceNow } from '../adapters/rig/servicenow.ts';
import { slack as slackSite } from '../adapters/rig/slack.ts';
import { apiKey, statuspage as statusPage } from '../adapters/rig/statuspage.ts';
import { perform } from '../adapters/rig/step.ts';
import { teams as teamsSite } from '../adapters/rig/teams.ts';
import type { World } from './worlds.ts';

const closed = 'http://127.0.0.1:9';
const silentUrl = async () => `http://127.0.0.1:${(await lineServer('')).port}`;
const message = { stage: 'failed', change: 'CHG0042', access: 'closed', facts: { Run: '01J' }, owner: 'Ruth Keller' };

async function must(adapter: Adapter, input: JsonObject): Promise<void> {
  const performed = await perform(adapter, input);
  if (!performed.ok) throw new Error(performed.reason);
}

const page = { page: 'kctbh9vrtdwd', token: apiKey, incident: '01J' };
const issue = { ...tokens.cloud, issue: 'OPS-42' };
const record = { ...login, number: 'INC0010001' };

export const communicationWorlds: { readonly [name: string]: World } = {
  slack: {
    adapter: slack,
    samples: async (folder) => ({
      folder,
      inputs: [
        { url: `${closed}/services/T0/B0/secretpath`, ...message },
        { token: 'xoxb-very-secret', channel: '#ops', ...message },
      ],
      unreachable: { url: closed },
      endless: { url: await silentUrl() },
      carry: async (text) => {
        const there = await slackSite();
        await must(slack, { url: there.webhook, text });
        return there.messages[0]?.texts[0] ?? '';
      },
    }),
  },
  teams: {
    adapter: teams,
    samples: async (folder) => ({
      folder,
      inputs: [{ url: `${closed}/workflows/1?sig=very-secret`, ...message }],
      unreachable: { url: closed },
      endless: { url: await silentUrl() },
      carry: async (text) => {
        const there = await teamsSite();
        await must(teams, { url: there.webhook, text });
        return there.cards[0]?.[1] ?? '';
      },
    }),
  },
  pagerduty: {
    adapter: pagerduty,
    samples: async (folder) => ({
      folder,
      inputs: [
        { routingKey, severity: 'critical', ...message },
        { routingKey, action: 'resolve', dedupKey: 'backout-01J' },
      ],
      unreachable: { routingKey, url: closed },
      endless: { routingKey, url: await silentUrl() },
      carry: async (text) => {
        const there = await pager();
        await must(pagerduty, { routingKey, url: there.enqueue, text });
        const [event] = there.events;
        return event?.event_action === 'trigger' ? (event.payload.custom_details?.Text ?? '') : '';
      },
    }),
  },
  servicenow: {
    adapter: servicenow,
    samples: async (folder) => ({
      folder,
      inputs: [
        { baseUrl: closed, ...record, state: 6, closeCode: 'Solution provided', set: { urgency: '1' }, ...message },
        { baseUrl: closed, token: 'oauth-very-secret', ...message },
      ],
      unreachable: { baseUrl: closed, ...record },
      endless: { baseUrl: await silentUrl(), ...record },
      carry: async (text) => {
        const there = await serviceNow();
        await must(servicenow, { baseUrl: there.instance, ...record, text });
        return there.records[0]?.notes.work_notes[0]?.split('\n')[2] ?? '';
      },
    }),
  },
  jira: {
    adapter: jira,
    samples: async (folder) => ({
      folder,
      inputs: [
        { baseUrl: closed, ...issue, visibility: 'internal', status: 'Resolved', resolution: 'Done', ...message },
        { baseUrl: closed, edition: 'server', token: 'very-secret', issue: 'OPS-42' },
      ],
      unreachable: { baseUrl: closed, ...issue },
      endless: { baseUrl: await silentUrl(), ...issue },
      carry: async (text) => {
        const there = await jiraSite({ edition: 'server' });
        await must(jira, { baseUrl: there.site, edition: 'server', ...tokens.server, issue: 'OPS-42', text });
        return there.comments[0]?.text.split('\n')[2] ?? '';
      },
    }),
  },
  statuspage: {
    adapter: statuspage,
    samples: async (folder) => ({
      folder,
      inputs: [{ ...page, components: { ftgks51sfs2d: 'major_outage' }, impact: 'major', name: 'Shop', ...message }],
      unreachable: { ...page, baseUrl: closed },
      endless: { ...page, baseUrl: await silentUrl() },
      carry: async (text) => {
        const there = await statusPage();
        await must(statuspage, { ...page, baseUrl: there.api, text });
        return there.incidents[0]?.updates[0]?.body.split('\n')[0] ?? '';
      },
    }),
  },
};
