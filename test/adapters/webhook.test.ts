import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/webhook/index.ts';
import { signature, signingKey } from '../../adapters/webhook/sign.ts';
import { closedPort, type Heard, webServer } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const newer = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

/** What a receiver does, written from the specification. */
function verify({ headers, body }: Heard, withSecret: string): boolean {
  const key = Buffer.from(withSecret.slice('whsec_'.length), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const wanted = createHmac('sha256', key).update(signed).digest('base64');
  return String(headers['webhook-signature']).split(' ').includes(`v1,${wanted}`);
}

describe('the signature', () => {
  test('is the one of the specification', () => {
    const key = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };
    expect(key && signature(message, [key])).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test.each([
    '',
    'whsec_',
    'whsec_c2hvcnQ=',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_not base64 at all, not at all',
  ])('refuses the secret %j without showing it', (bad) => {
    const complaint = complaints(adapter, { url: 'http://x', secret: bad, body: '' });
    expect(complaint).not.toBe('');
    if (bad.length > 6) expect(complaint).not.toContain(bad);
  });
});

describe('webhook', () => {
  const input = (url: string, more = {}) => ({ url, secret, json: { say: 'begun' }, ...more });

  test('arrives signed, with the attempt key as its id', async () => {
    const { url, heard } = await webServer(() => ({ status: 202 }));
    const performed = await perform(adapter, input(url), { key: 'k-1' });
    expect(performed).toMatchObject({ ok: true, outputs: { id: 'k-1', status: '202' } });
    const [only] = heard;
    if (only === undefined) throw new Error('nothing arrived');
    expect(only).toMatchObject({
      method: 'POST',
      body: '{"say":"begun"}',
      headers: { 'webhook-id': 'k-1', 'content-type': 'application/json' },
    });
    expect(verify(only, secret)).toBe(true);
    expect(verify(only, newer)).toBe(false);
    expect(Math.abs(Number(only.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(5);
  });

  test.each([
    [
      { json: { say: 'begun' } },
      '{"backout":{"mark":"REHEARSAL in staging","notice":"This is a REHEARSAL in staging: production is not touched."},"say":"begun"}',
    ],
    [{ json: { say: 'begun' }, mark: 'header' }, '{"say":"begun"}'],
    [{ json: { backout: 'begun' } }, '{"backout":"begun"}'],
    [{ json: ['begun'] }, '["begun"]'],
    [
      { json: undefined, body: 'begun' },
      '[REHEARSAL in staging] This is a REHEARSAL in staging: production is not touched.\nbegun',
    ],
    [{ json: undefined, body: 'begun', mark: 'header' }, 'begun'],
  ])('a rehearsal of %j sends %s, signed as it is sent', async (given, sent) => {
    const { url, heard } = await webServer(() => ({}));
    const rehearsal = { mode: 'rehearsal', env: { BACKOUT_ENVIRONMENT: 'staging' } } as const;
    expect(await perform(adapter, input(url, given), rehearsal)).toMatchObject({ ok: true });
    const [only] = heard;
    if (only === undefined) throw new Error('nothing arrived');
    expect(only).toMatchObject({ body: sent, headers: { 'backout-mode': 'rehearsal' } });
    expect(verify(only, secret)).toBe(true);
  });

  test('is signed with both secrets while one replaces the other', async () => {
    const { url, heard } = await webServer(() => ({}));
    await perform(adapter, input(url, { secret: [secret, newer] }));
    expect(heard.map((one) => [verify(one, secret), verify(one, newer)])).toEqual([[true, true]]);
  });

  test('is tried again with the same id on what may pass, as the receiver asks', async () => {
    const { url, heard } = await webServer((_, n) => (n === 1 ? { status: 503, headers: { 'retry-after': '0' } } : {}));
    expect(await perform(adapter, input(url))).toMatchObject({ ok: true });
    expect(heard.map(({ headers }) => headers['webhook-id'])).toEqual(['run1-step-1', 'run1-step-1']);
    expect(heard.every((one) => verify(one, secret))).toBe(true);
  });

  test.each([400, 401, 404, 410, 302])('is not tried again after %d', async (status) => {
    const { url, heard } = await webServer(() => ({ status, body: 'no' }));
    expect(await perform(adapter, input(url))).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining(`status ${status}: "no"`),
    });
    expect(heard).toHaveLength(1);
  });

  test('gives up in the end, and says the last answer', async () => {
    const { url, heard } = await webServer(() => ({ status: 500, headers: { 'retry-after': '0' } }));
    expect(await perform(adapter, input(url))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('status 500'),
    });
    expect(heard.length).toBeGreaterThan(2);
  });

  test('P10: what is not real says so', async () => {
    const { url, heard } = await webServer(() => ({}));
    await perform(adapter, input(url), { mode: 'dry-run' });
    await perform(adapter, input(url));
    expect(heard.map(({ headers }) => headers['backout-mode'])).toEqual(['dry-run', undefined]);
  });

  test('preflight connects and sends nothing', async () => {
    const { url, heard } = await webServer(() => ({}));
    expect(await preflight(adapter, input(url))).toMatchObject({ ok: true });
    expect(await preflight(adapter, input(`http://127.0.0.1:${await closedPort()}`))).toMatchObject({ ok: false });
    expect(heard).toEqual([]);
  });
});
