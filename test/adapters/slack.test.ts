import { describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/slack/index.ts';
import { described } from './rig/described.ts';
import { closedPort } from './rig/servers.ts';
import { slack } from './rig/slack.ts';
import { complaints, perform, preflight } from './rig/step.ts';

const begun = {
  stage: 'begun',
  change: 'CHG0042',
  system: 'shop',
  access: 'closed',
  data: 'untouched',
  health: 'unknown',
  nextUpdate: '04:30 UTC',
  owner: 'Ruth Keller, +41 44 000 00 00',
};

describe('slack, by a webhook', () => {
  test('says what is true, what is next and when the next update comes', async () => {
    const there = await slack();
    const performed = await perform(
      adapter,
      { url: there.webhook, ...begun, text: 'Two\nlines' },
      { key: 'run1.tell.1' },
    );
    expect(performed).toMatchObject({ ok: true });
    expect(there.messages).toMatchObject([
      {
        title: 'The backout of CHG0042 (shop) has begun',
        texts: [
          'Two\nlines',
          '*System*\nshop',
          '*Change*\nCHG0042',
          '*Access*\nclosed, users cannot get in',
          '*Data*\nuntouched, nothing has been restored',
          '*Health*\nnot known, not proven by checks',
          expect.stringMatching(/^\*Next\*\naccess is closed, what was there before is put back/),
          '*Next update*\n04:30 UTC',
          '*Owner*\nRuth Keller, +41 44 000 00 00',
        ],
        reference: 'backout run1.tell.1',
        notification: expect.stringContaining('Access: closed'),
      },
    ]);
  });

  test('neither mentions, links nor formats what it is told', async () => {
    const there = await slack();
    const text = '<!channel> <@U1> <https://evil.example|click> & &amp; done';
    expect(await perform(adapter, { url: there.webhook, summary: text, text })).toMatchObject({ ok: true });
    expect(there.messages).toMatchObject([{ title: text, texts: [text, expect.anything()] }]);
  });

  test('cuts what is too long, and says so', async () => {
    const there = await slack();
    const facts = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`fact ${n}`, '&'.repeat(5_000)]));
    const huge = {
      url: there.webhook,
      summary: '<'.repeat(9_000),
      text: '𝄞&'.repeat(900_000),
      owner: 'x'.repeat(9_000),
      facts,
    };
    expect(await perform(adapter, huge)).toMatchObject({ ok: true });
    expect(there.messages[0]?.title).toMatch(/^<{100,}.*\(\d+ characters cut\)$/);
    expect(there.messages[0]?.texts[1]).toMatch(/𝄞& … \(\d+ characters cut\)$|𝄞 … \(\d+ characters cut\)$/u);
    expect(there.messages[0]?.texts.at(-1)).toContain('more facts cut');
  });

  test.each([
    [400, 'invalid_payload', 'Correct the step'],
    [403, 'action_prohibited', 'Ask a workspace admin'],
    [404, 'no_service', 'Make a new incoming webhook'],
    [410, 'channel_is_archived', 'is archived'],
    [200, 'sign in to continue', 'and not ok'],
  ])('is not tried again after %d %s', async (status, body, because) => {
    const there = await slack({ before: () => ({ status, body }) });
    const performed = await perform(adapter, { url: there.webhook });
    expect(performed).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(there.heard).toHaveLength(1);
    expect(JSON.stringify(performed)).not.toContain('secretpath');
  });

  test('waits as long as it is asked to, and the second is no repeat', async () => {
    const there = await slack({
      before: (_, n) => (n === 1 ? { status: 429, headers: { 'retry-after': '1' }, body: 'rate_limited' } : undefined),
    });
    const started = performance.now();
    expect(await perform(adapter, { url: there.webhook })).toMatchObject({ ok: true });
    expect(performance.now() - started).toBeGreaterThan(990);
    expect(there.messages).toMatchObject([{ reference: 'backout run1-step-1' }]);
  });

  test('what was cut off after it was sent is sent again, and says that it may be the second', async () => {
    const there = await slack({ before: (_, n) => (n === 1 ? 'cut' : undefined) });
    expect(await perform(adapter, { url: there.webhook })).toMatchObject({ ok: true });
    expect(there.heard).toHaveLength(2);
    expect(there.messages).toMatchObject([{ reference: expect.stringContaining('you may see it twice') }]);
  });
});

describe('slack, as an app', () => {
  const app = (api: string, more = {}) => ({ baseUrl: api, token: 'xoxb-right', channel: '#ops', ...begun, ...more });

  test('posts to the channel and gives the id of the message', async () => {
    const there = await slack();
    expect(await perform(adapter, app(there.api))).toMatchObject({ ok: true, outputs: { ts: '1763786400.000100' } });
    expect(there.messages).toMatchObject([{ channel: '#ops', title: 'The backout of CHG0042 (shop) has begun' }]);
  });

  test('sent twice with the same key it is there once, with another twice', async () => {
    const there = await slack();
    for (const key of ['k.1', 'k.1', 'k.2']) await perform(adapter, app(there.api), { key });
    expect(there.messages).toHaveLength(2);
  });

  test('the message that Slack had and somebody deleted is not posted anew', async () => {
    const there = await slack({ before: () => ({ body: '{"ok":false,"error":"duplicate_message_not_found"}' }) });
    expect(await perform(adapter, app(there.api))).toMatchObject({
      ok: true,
      detail: expect.stringContaining('deleted'),
    });
  });

  test.each([
    [{ channel: '#nowhere' }, 'channel_not_found. Correct `channel`'],
    [{ token: 'xoxb-wrong' }, 'invalid_auth. Correct `token`'],
  ])('status 200 with ok:false is a no: %j', async (more, because) => {
    const there = await slack();
    const performed = await perform(adapter, app(there.api, more));
    expect(performed).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(JSON.stringify(performed)).not.toContain('xoxb');
    expect(there.heard).toHaveLength(1);
  });

  test('ok:false that may pass is tried again', async () => {
    const there = await slack({
      before: (_, n) => (n === 1 ? { body: '{"ok":false,"error":"internal_error"}' } : undefined),
    });
    expect(await perform(adapter, app(there.api))).toMatchObject({ ok: true });
  });

  test('P10: what is not real says so in its title and first line', async () => {
    const there = await slack();
    await perform(adapter, app(there.api), { mode: 'dry-run' });
    expect(there.messages[0]).toMatchObject({
      title: '[DRY RUN] The backout of CHG0042 (shop) has begun',
      notification: expect.stringMatching(/^This is a DRY RUN: nothing is done for real\./),
    });
    expect(there.messages[0]?.texts[0]).toBe('This is a DRY RUN: nothing is done for real.');
  });

  test('preflight tries the token and posts nothing', async () => {
    const there = await slack();
    expect(await preflight(adapter, app(there.api))).toMatchObject({ ok: true });
    expect(await preflight(adapter, app(there.api, { token: 'xoxb-wrong' }))).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('`token`'),
    });
    expect(await preflight(adapter, { url: there.webhook })).toMatchObject({ ok: true });
    expect(await preflight(adapter, { url: `http://127.0.0.1:${await closedPort()}/x` })).toMatchObject({ ok: false });
    expect(there.messages).toEqual([]);
  });

  test.each([
    [{}, 'give `url`'],
    [{ url: 'https://x/y', token: 'abc', channel: '#a' }, 'not both'],
    [{ token: 'abc' }, 'together'],
    [{ url: 'http://hooks.example.com/x' }, 'not sent unencrypted'],
    [{ url: 'hooks.slack.com' }, 'whole URL'],
    [{ url: 'https://x/y', stage: 'over' }, 'Invalid'],
    [{ url: 'https://x/y', mood: 'good' }, 'Invalid'],
  ])('refuses %j', (given, because) => {
    expect(complaints(adapter, given)).toContain(because);
  });

  test('a plan shows the message, and of the webhook only its host', () => {
    const given = { url: 'https://hooks.slack.com/services/T0/B0/secretpath', ...begun };
    const lines = described(adapter, given);
    expect(lines).toContain('an incoming webhook at hooks.slack.com');
    expect(lines).toContain('saying: The backout of CHG0042 (shop) has begun');
    expect(lines).not.toContain('secretpath');
  });
});
