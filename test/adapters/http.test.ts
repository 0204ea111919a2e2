import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { adapter as http } from '../../adapters/http/index.ts';
import { adapter as request } from '../../adapters/http/request/index.ts';
import { certificate } from './rig/certificate.ts';
import { newFolder } from './rig/folder.ts';
import { closedPort, webServer } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';

const page = {
  status: 200,
  headers: { 'x-release': '41' },
  body: JSON.stringify({ status: 'ok', n: 5, parts: [{ up: true }] }),
};

describe('http judges an answer', () => {
  test.each([
    [{}, true, ''],
    [{ status: 200 }, true, ''],
    [{ status: [201, 204] }, false, 'status 200 instead of 201 or 204'],
    [{ headers: { 'X-Release': '41' } }, true, ''],
    [{ headers: { 'X-Release': '42' } }, false, 'header X-Release is "41" instead of "42"'],
    [{ headers: { 'X-No': '1' } }, false, 'header X-No is missing instead of "1"'],
    [{ body: { contains: '"ok"' } }, true, ''],
    [{ body: { contains: 'down' } }, false, 'does not contain "down"'],
    [{ body: { matches: '"n":[0-9]+' } }, true, ''],
    [{ body: { matches: '^no' } }, false, 'does not match ^no'],
    [{ body: { equals: page.body } }, true, ''],
    [{ body: { equals: 'ok' } }, false, 'is not "ok"'],
    [{ status: '2xx' }, true, ''],
    [{ status: ['3xx', 404] }, false, 'status 200 instead of 3xx or 404'],
    [{ headers: { 'X-Release': { matches: '^4[0-9]$' } } }, true, ''],
    [{ headers: { 'X-Release': { matches: '^5' } } }, false, 'header X-Release is "41", which does not match ^5'],
    [{ headers: { 'X-Release': { contains: '4' } } }, true, ''],
    [{ headers: { 'X-Release': { contains: '5' } } }, false, 'header X-Release is "41", without "5"'],
    [{ headers: { 'X-No': { absent: true }, 'X-Release': { equals: '41' } } }, true, ''],
    [{ headers: { 'X-Release': { absent: true } } }, false, 'header X-Release is "41" instead of missing'],
    [{ body: { lacks: 'down' } }, true, ''],
    [{ body: { lacks: '"ok"' } }, false, 'contains "\\"ok\\""'],
    [{ json: 'body.status == "ok" && body.n + 1 > 5 && body.parts.all(p, p.up)' }, true, ''],
    [{ json: 'status == 200 && headers["x-release"] == "41" && body.parts.size() == 1' }, true, ''],
    [{ json: 'body.n > 5.5' }, false, 'body.n > 5.5 does not hold for the body'],
    [{ json: 'body.stock > 3' }, false, 'body.stock > 3 cannot be told: No such key: stock'],
    [{ json: 'body.n' }, false, 'body.n gives neither true nor false'],
    [{ json: { status: 'ok', n: 5, 'parts[0].up': true } }, true, ''],
    [{ json: { n: '5' } }, true, ''],
    [{ json: { n: 6 } }, false, 'n is 5 instead of 6'],
    [{ json: { 'parts[1].up': true } }, false, 'parts[1].up is missing instead of true'],
    [{ json: { constructor: 1 } }, false, 'constructor is missing instead of 1'],
  ])('%j is %s', async (wanted, good, because) => {
    const { url } = await webServer(() => page);
    const performed = await perform(http, { url, expect: wanted });
    expect(performed.ok).toBe(good);
    if (!performed.ok) {
      expect(performed.class).toBe('check');
      expect(performed.reason).toContain(because);
    }
  });

  test.each([
    ['body.n ==', 'is not valid'],
    ['body.n + 1 == 5 && env.HOME == ""', 'Unknown variable: env (known: body, status, headers)'],
    ['1 + 1', 'gives int, not true or false'],
  ])('the condition %s is refused before anything is asked', async (json, because) => {
    const { url, heard } = await webServer(() => page);
    const reason = expect.stringContaining(because);
    expect(await preflight(http, { url, expect: { json } })).toMatchObject({ ok: false, reason });
    expect(await perform(http, { url, expect: { json } })).toMatchObject({ ok: false, class: 'error', reason });
    expect(await perform(request, { url, expect: { json } })).toMatchObject({ ok: false, class: 'error', reason });
    expect(heard).toEqual([]);
  });

  test('what is not JSON holds no condition', async () => {
    const { url } = await webServer(() => ({ body: '<html>' }));
    const reason = expect.stringContaining('the body, "<html>", is not JSON');
    expect(await perform(http, { url, expect: { json: 'true' } })).toMatchObject({ ok: false, class: 'check', reason });
  });

  test('gives the status and the time as outputs', async () => {
    const { url } = await webServer(() => page);
    expect(await perform(http, { url })).toMatchObject({
      ok: true,
      outputs: { status: '200', latencyMs: expect.stringMatching(/^\d+$/) },
    });
  });

  test('a slow good answer is a bad one where maxLatency says so', async () => {
    const { url } = await webServer(() => page);
    const performed = await perform(http, { url, expect: { maxLatency: '0ms' } });
    expect(performed).toMatchObject({ ok: false, class: 'check', reason: expect.stringContaining('more than 0 ms') });
  });

  test('a redirect is the answer unless it is told to follow, and it stays good to its credentials', async () => {
    const elsewhere = await webServer(() => page);
    const { url, heard } = await webServer(({ url: path }) =>
      path === '/'
        ? { status: 302, headers: { location: '/login' } }
        : { status: 307, headers: { location: elsewhere.url } },
    );
    const headers = { authorization: 'Bearer verysecret' };
    expect(await perform(http, { url, headers })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('a redirect to /login'),
    });
    expect(await perform(http, { url, headers, redirects: 'follow' })).toMatchObject({ ok: true });
    expect(heard.map((one) => one.headers.authorization)).toEqual(Array(3).fill('Bearer verysecret'));
    expect(elsewhere.heard.map((one) => one.headers.authorization)).toEqual([undefined]);
  });

  test('a redirect in a circle ends', async () => {
    const { url, heard } = await webServer(() => ({ status: 302, headers: { location: '/' } }));
    expect(await perform(http, { url, redirects: 'follow' })).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining('more than 5 redirects'),
    });
    expect(heard).toHaveLength(6);
  });

  test('a private authority is trusted when named, and only then', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'ca.pem'), certificate);
    const { url } = await webServer(() => page, 'https');
    expect(await perform(http, { url })).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining('self-signed'),
    });
    expect(await perform(http, { url, ca: 'ca.pem' }, { folder })).toMatchObject({ ok: true });
  });

  test.each([
    ['nothing listens', async () => `http://127.0.0.1:${await closedPort()}`, 'connection refused'],
    ['the connection is cut', async () => (await webServer(() => 'cut')).url, 'cut by the other side'],
    ['there is silence', async () => (await webServer(() => 'silence')).url, 'no complete answer within 100 ms'],
  ])('could not be measured, and is not tried again, when %s', async (_, where, because) => {
    const url = await where();
    expect(await perform(http, { url, timeout: '100ms' })).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining(because),
    });
  });

  test('a body of any size is read up to its first MiB', async () => {
    const { url } = await webServer(() => ({ body: `${'x'.repeat(8_000_000)}end` }));
    expect(await perform(http, { url, expect: { body: { contains: 'end' } } })).toMatchObject({
      reason: expect.stringContaining('only the first MiB'),
    });
    expect(await perform(http, { url, expect: { body: { matches: '^x+$' } } })).toMatchObject({ ok: true });
  });

  test('refuses what it cannot ask', () => {
    expect(complaints(http, { url: 'ftp://x' })).toContain('begins with http');
    expect(complaints(http, { url: 'http://x', method: 'POST' })).not.toBe('');
    expect(complaints(http, { url: 'http://x', timeout: '10' })).toContain('unit');
    expect(complaints(http, { url: 'http://x', expect: { body: { matches: '(' } } })).toContain('regular expression');
    expect(complaints(http, { url: 'http://x', headers: { 'a b': '1' } })).not.toBe('');
    expect(complaints(http, { url: 'http://x', method: 'HEAD', expect: { json: 'true' } })).toContain('has no body');
    expect(complaints(http, { url: 'http://x', expect: { status: '20' } })).not.toBe('');
  });
});

describe('http/request sends once', () => {
  const input = (url: string, more = {}) => ({ url, json: { a: 1 }, ...more });

  test('with the attempt key as Idempotency-Key', async () => {
    const { url, heard } = await webServer(() => ({ status: 201 }));
    expect(
      await perform(request, input(url, { headers: { Authorization: 'Bearer x' } }), { key: 'k-7' }),
    ).toMatchObject({ ok: true, outputs: { status: '201' } });
    expect(heard).toMatchObject([
      {
        method: 'POST',
        body: '{"a":1}',
        headers: { 'idempotency-key': 'k-7', 'content-type': 'application/json', authorization: 'Bearer x' },
      },
    ]);
    expect(heard[0]?.headers['backout-mode']).toBeUndefined();
  });

  test.each([
    ['it was cut', 'cut' as const, 'it may have been acted on'],
    ['the server failed', { status: 500 }, 'status 500'],
    ['it answers 503 and does not say when to come again', { status: 503 }, 'status 503'],
    ['it is to come again in an hour', { status: 503, headers: { 'retry-after': '3600' } }, 'after 1 h'],
  ])('and not again when %s', async (_, answer, because) => {
    const { url, heard } = await webServer(() => answer);
    expect(await perform(request, input(url))).toMatchObject({
      ok: false,
      class: 'error',
      reason: expect.stringContaining(because),
    });
    expect(heard).toHaveLength(1);
  });

  test('and again when the server refuses it and says when to come again', async () => {
    const { url, heard } = await webServer((_, n) =>
      n < 3 ? { status: 429, headers: { 'retry-after': '0' } } : { status: 200 },
    );
    expect(await perform(request, input(url))).toMatchObject({ ok: true });
    expect(heard.map((one) => one.headers['idempotency-key'])).toEqual(Array(3).fill('run1-step-1'));
  });

  test('an answer that was expected is good, whatever it is', async () => {
    const { url, heard } = await webServer(() => ({ status: 503, headers: { 'retry-after': '0' } }));
    expect(await perform(request, input(url, { expect: { status: 503 } }))).toMatchObject({ ok: true });
    expect(heard).toHaveLength(1);
  });

  test('preflight connects and sends nothing', async () => {
    const { url, heard } = await webServer(() => ({}));
    expect(await preflight(request, input(url))).toMatchObject({ ok: true, uncovered: expect.any(String) });
    expect(heard).toEqual([]);
    expect(await preflight(request, input(`http://127.0.0.1:${await closedPort()}`))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('connection refused'),
    });
  });

  test('takes json or body, not both', () => {
    expect(complaints(request, input('http://x', { body: 'x' }))).toContain('not both');
  });
});
