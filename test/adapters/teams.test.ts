import { describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/teams/index.ts';
import { described } from './rig/described.ts';
import { closedPort } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';
import { teams } from './rig/teams.ts';

const failed = { stage: 'failed', change: 'CHG0042', access: 'closed', data: 'unknown', owner: 'Ruth Keller' };

describe('teams', () => {
  test('posts a card that says what is true, what is next and when the next update comes', async () => {
    const there = await teams();
    const performed = await perform(adapter, { url: there.webhook, ...failed, text: 'One\n\nthree' });
    expect(performed).toMatchObject({
      ok: true,
      detail: expect.stringContaining('not told'),
      outputs: { status: '202' },
    });
    expect(there.cards).toEqual([
      [
        'The backout of CHG0042 has not succeeded: people must take over',
        'One',
        ' ',
        'three',
        'Change: CHG0042',
        'Access: closed, users cannot get in',
        'Data: not known, not to be relied on',
        'Next: nothing more is done by itself; access stays as it is until people decide',
        'Next update: no time was promised',
        'Owner: Ruth Keller',
        'backout run1-step-1',
      ],
    ]);
  });

  test('carries text as it is: no Markdown, no mention', async () => {
    const there = await teams();
    const text = '**bold** [click](https://evil.example) <at>all</at> _x_';
    expect(await perform(adapter, { url: there.webhook, summary: text, text })).toMatchObject({ ok: true });
    expect(there.cards[0]?.slice(0, 2)).toEqual([text, text]);
  });

  test.each([
    ['text', { text: '𝄞\n'.repeat(200_000) }],
    ['one line', { text: '\u0000"'.repeat(200_000) }],
    ['summary', { summary: 'ü'.repeat(200_000) }],
    ['facts', { facts: Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`fact ${n}`, '☃'.repeat(9_000)])) }],
  ])('fits what is huge into its limit, and says so: %s', async (_, more) => {
    const there = await teams();
    expect(await perform(adapter, { url: there.webhook, ...failed, ...more })).toMatchObject({ ok: true });
    expect(there.cards.flat().join('\n')).toMatch(/\(\d+ (?:characters|more lines|more facts) cut\)/);
    expect(there.cards[0]?.at(-1)).toBe('backout run1-step-1');
  });

  test('no message fails for the type of a value: numbers and truths are text, null and nothing are left out', async () => {
    const there = await teams();
    const facts = { Release: 4.1, Rehearsed: true, Reason: null, Empty: '' };
    const performed = await perform(adapter, { url: there.webhook, summary: 42, access: '', owner: null, facts });
    expect(performed).toMatchObject({ ok: true });
    expect(there.cards).toEqual([
      ['42', 'Release: 4.1', 'Rehearsed: true', 'Next update: no time was promised', 'backout run1-step-1'],
    ]);
  });

  test('a connector that says no with status 200 is heard', async () => {
    const body = 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429';
    const there = await teams((_, n) => (n === 1 ? { status: 200, body } : { status: 200, body: '1' }));
    expect(await perform(adapter, { url: there.webhook })).toMatchObject({ ok: true, detail: 'Teams: posted' });
    expect(there.heard).toHaveLength(2);
    const refusing = await teams(() => ({ status: 200, body: 'Bad payload received by generic incoming webhook.' }));
    expect(await perform(adapter, { url: refusing.webhook })).toMatchObject({ ok: false });
    expect(refusing.heard).toHaveLength(1);
  });

  test('a wrong signature is said at once, and the address is not shown', async () => {
    const there = await teams();
    const performed = await perform(adapter, { url: there.webhook.replace('SecretSignature', 'WrongSignature') });
    expect(performed).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/status 401.*DirectApiAuthorizationRequired.*signature/),
    });
    expect(JSON.stringify(performed)).not.toContain('WrongSignature');
    expect(there.heard).toHaveLength(1);
  });

  test('what was cut off after it was sent is sent again, and says that it may be the second', async () => {
    const there = await teams((_, n) => (n === 1 ? 'cut' : undefined));
    expect(await perform(adapter, { url: there.webhook })).toMatchObject({ ok: true });
    expect(there.cards[0]?.at(-1)).toContain('you may see it twice');
  });

  test('a webhook that hangs is given up in time', async () => {
    const there = await teams(() => 'silence');
    const performed = await perform(adapter, { url: there.webhook, timeout: '100ms' });
    expect(performed).toMatchObject({ ok: false, reason: expect.stringContaining('no complete answer within 100 ms') });
    expect(there.heard.length).toBeLessThan(5);
  });

  test('P10: what is not real says so', async () => {
    const there = await teams();
    await perform(adapter, { url: there.webhook, ...failed }, { mode: 'dry-run' });
    expect(there.cards[0]?.slice(0, 2)).toEqual([
      '[DRY RUN] The backout of CHG0042 has not succeeded: people must take over',
      'This is a DRY RUN: nothing is done for real.',
    ]);
  });

  test('preflight asks for nothing of its own, and sends nothing; a plan shows only the host', async () => {
    const there = await teams();
    expect(await preflight(adapter, { url: there.webhook })).toMatchObject({ ok: true });
    expect(await preflight(adapter, { url: `http://127.0.0.1:${await closedPort()}/?sig=Secret1` })).toMatchObject({
      ok: false,
      reason: expect.not.stringContaining('Secret1'),
    });
    expect(there.heard.map(({ method, url }) => [method, url])).toEqual([['HEAD', '/']]);
    const shown = described(adapter, {
      url: 'https://prod.westeurope.logic.azure.com/x?sig=SecretSignature',
      ...failed,
    });
    expect(shown).toContain('prod.westeurope.logic.azure.com');
    expect(shown).not.toContain('SecretSignature');
    expect(complaints(adapter, { url: 'http://flow.example.com/x' })).toContain('not sent unencrypted');
  });
});
