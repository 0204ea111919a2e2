/** All message adapters where the world is at its worst: receivers that hang, drip, lie, redirect and drop. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { adapter as jira } from '../../adapters/jira/index.ts';
import { adapter as pagerduty } from '../../adapters/pagerduty/index.ts';
import { adapter as servicenow } from '../../adapters/servicenow/index.ts';
import { adapter as slack } from '../../adapters/slack/index.ts';
import { adapter as statuspage } from '../../adapters/statuspage/index.ts';
import { adapter as teams } from '../../adapters/teams/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { certificate } from './rig/certificate.ts';
import { newFolder } from './rig/folder.ts';
import { routingKey } from './rig/pagerduty.ts';
import { type Answer, lineServer, webServer } from './rig/servers.ts';
import { slack as slackSite } from './rig/slack.ts';
import { contextIn, parsed, perform } from './rig/step.ts';

const secret = 'very-secret-token';
const receivers: readonly (readonly [string, Adapter, (url: string) => JsonObject])[] = [
  ['slack', slack, (url) => ({ url: `${url}/${secret}` })],
  ['slack as an app', slack, (url) => ({ baseUrl: url, token: secret, channel: '#ops' })],
  ['teams', teams, (url) => ({ url: `${url}/?sig=${secret}` })],
  ['pagerduty', pagerduty, (url) => ({ url, routingKey })],
  ['servicenow', servicenow, (url) => ({ baseUrl: url, token: secret, number: 'INC0010001' })],
  ['jira', jira, (url) => ({ baseUrl: url, user: 'x', token: secret, issue: 'OPS-42' })],
  ['statuspage', statuspage, (url) => ({ baseUrl: url, token: secret, page: 'p', incident: '01J' })],
];

/** Nested so deeply that a recursive walk over it overflows. */
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const lies: readonly (readonly [string, Answer])[] = [
  ['an empty answer', () => ({ status: 200 })],
  ['JSON of another kind', () => ({ status: 200, body: '{"result":{"ok":"yes"},"comments":7,"error":null}' })],
  [
    'endless nesting',
    () => ({ status: 200, body: `{"comments":[{"id":"1","body":${deep}}],"result":${deep},"ok":${deep}}` }),
  ],
  ['2 MB of anything', () => ({ status: 200, body: 'error '.repeat(400_000) })],
  ['a redirect', () => ({ status: 302, headers: { location: 'https://evil.example/' } })],
  [
    'a refusal that repeats what it was sent',
    ({ headers, url, body }) => ({ status: 403, body: `${url} ${headers.accept} ${body}` }),
  ],
];

describe.each(receivers)('%s', (name, adapter, input) => {
  test.each(lies)('%s is no success', async (_, answer) => {
    // Teams answers with an empty 200 or 202, and has nothing else to say: any 2xx that names no trouble is its yes.
    const { url, heard } = await webServer(answer);
    const performed = await perform(adapter, input(url));
    if (name === 'teams' && performed.ok) return;
    expect(performed).toMatchObject({ ok: false, class: 'error', reason: expect.stringMatching(/^.{1,900}$/) });
    expect(heard.length).toBeLessThan(4);
  });

  test('a stop in the middle of a wait ends it at once', async () => {
    const { url } = await webServer(() => ({ status: 503, headers: { 'retry-after': '30' } }));
    const stop = new AbortController();
    const started = performance.now();
    const performing = adapter.perform?.(parsed(adapter, input(url)), contextIn('/', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    expect(await performing).toMatchObject({ ok: false });
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test('a certificate that nobody knows is said before anything is sent; `ca` makes it known', async () => {
    const { url, heard } = await webServer(() => ({ status: 404 }), 'https');
    const folder = newFolder();
    writeFileSync(join(folder, 'ca.pem'), certificate);
    const preflight = (more: JsonObject) =>
      adapter.preflight(parsed(adapter, { ...input(url), ...more }), contextIn(folder));
    expect(await preflight({})).toMatchObject({ ok: false, reason: expect.stringContaining('certificate') });
    expect(await preflight({ ca: 'none.pem' })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/`ca` .*none\.pem: no such file/),
    });
    expect(heard).toEqual([]);
    await preflight({ ca: 'ca.pem' });
    expect(heard).toHaveLength(1);
  });
});

describe('a receiver that hangs or drips', () => {
  const given = async ([name, adapter, input]: (typeof receivers)[number], url: string): Promise<void> => {
    const performed = await perform(adapter, { ...input(url), timeout: '50ms' });
    expect([name, performed]).toMatchObject([
      name,
      { ok: false, reason: expect.stringContaining('no complete answer within 50 ms') },
    ]);
    const looksFirst = ['servicenow', 'jira', 'statuspage'].includes(name);
    expect(JSON.stringify(performed).includes('it may have been taken')).toBe(!looksFirst);
    expect(JSON.stringify(performed)).not.toContain(secret);
  };

  test('is given up within the time, and a doubt is said', async () => {
    const silent = await webServer(() => 'silence');
    const dripping = await lineServer('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{');
    const urls = [silent.url, `http://127.0.0.1:${dripping.port}`];
    await Promise.all(receivers.flatMap((receiver) => urls.map((url) => given(receiver, url))));
    expect(silent.heard.length).toBeLessThanOrEqual(4 * receivers.length);
  });
});

describe('taken, and the answer lost', () => {
  const once = (_: unknown, n: number) => (n === 1 ? ('then cut' as const) : undefined);

  test('an app has said it once', async () => {
    const there = await slackSite({ before: once });
    const app = { baseUrl: there.api, token: 'xoxb-right', channel: '#ops' };
    expect(await perform(slack, app)).toMatchObject({ ok: true });
    expect(there.heard).toHaveLength(2);
    expect(there.messages).toHaveLength(1);
  });

  test('a webhook shows it twice, and the second says so', async () => {
    const there = await slackSite({ before: once });
    expect(await perform(slack, { url: there.webhook })).toMatchObject({ ok: true });
    expect(there.messages.map(({ reference }) => reference.includes('twice'))).toEqual([false, true]);
  });
});
