import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { adapter as query } from '../../adapters/prometheus/query/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { describeWith } from '../rig/servers/needs.ts';
import {
  type Prometheus,
  prometheusPassword,
  prometheusPrograms,
  prometheusUser,
  startPrometheus,
} from '../rig/servers/prometheus.ts';
import { until } from '../rig/until.ts';
import { closedPort, webServer } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';

jest.setTimeout(60_000);

type Points = (readonly [number, number])[];
/** A sample every 5 s of the last `seconds`, up to `ended` seconds ago. */
const points = (seconds: number, value: (ago: number) => number, ended = 0): Points =>
  Array.from({ length: (seconds - ended) / 5 + 1 }, (_, n) => [ended + n * 5, value(ended + n * 5)]);

const history = {
  'errors_ratio{job="shop"}': points(600, () => 0.002),
  'spiked_ratio{job="shop"}': points(600, (ago) => (ago >= 100 && ago <= 120 ? 0.2 : 0.002)),
  'young_ratio{job="shop"}': points(60, () => 0.002),
  'ended_ratio{job="shop"}': points(600, () => 0.002, 180),
  'pair_ratio{host="a"}': points(600, () => 0.002),
  'pair_ratio{host="b"}': points(600, () => 0.002, 340),
  'nan_ratio{job="shop"}': points(600, () => Number.NaN),
  'up_now{host="a"}': points(60, () => 1),
  'up_now{host="b"}': points(60, () => 1),
  'half_up{host="a"}': points(60, () => 1),
  'half_up{host="b"}': points(60, () => 0),
};

describeWith(prometheusPrograms, 'prometheus/query', () => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({ history });
  });
  afterAll(() => prometheus.stop());
  const ask = (given: JsonObject) => perform(query, { url: prometheus.url, expect: { max: 0.01 }, ...given });

  test.each<[string, JsonObject, object]>([
    ['a comparison', { query: 'errors_ratio', expect: '< 0.01' }, { value: '0.002', series: '1' }],
    ['limits', { query: 'errors_ratio', expect: { min: 0, max: '0.002' } }, {}],
    ['a number', { query: 'scalar(errors_ratio)' }, { value: '0.002' }],
    ['an expression', { query: 'sum(up_now) or vector(0)', expect: '== 2' }, { value: '2' }],
    ['several series', { query: 'up_now', expect: { equals: 1 } }, { value: '1', series: '2' }],
    ['nothing where nothing is good', { query: 'count(none) or vector(0)', expect: '== 0' }, { value: '0' }],
    ['a comment at the end', { query: 'errors_ratio # of the shop' }, {}],
    ['a window', { query: 'errors_ratio', window: '5m' }, { value: '0.002' }],
    ['a window before the spike', { query: 'spiked_ratio', window: '80s' }, {}],
    ['a window of a number', { query: '1 + 1', window: '1m', expect: '== 2' }, {}],
    ['fresh by another selector', { query: 'sum(errors_ratio)', fresh: 'up_now' }, {}],
  ])('is good: %s', async (_, given, outputs) => {
    expect(await ask(given)).toMatchObject({ ok: true, outputs });
  });

  test.each<[string, JsonObject, 'check' | 'inconclusive' | 'error', string]>([
    [
      'too much',
      { query: 'errors_ratio', expect: '< 0.001' },
      'check',
      'errors_ratio{job="shop"} is 0.002, not < 0.001',
    ],
    [
      'one of two series',
      { query: 'half_up', expect: { equals: 1 } },
      'check',
      'half_up{host="b"} is 0, not exactly 1',
    ],
    ['a spike in the window', { query: 'spiked_ratio', window: '5m' }, 'check', ' of 21 samples; the first at 20'],
    ['infinity', { query: 'errors_ratio / 0' }, 'check', 'is Infinity, not at most 0.01'],
    ['no data', { query: 'none' }, 'inconclusive', 'no data'],
    ['a query that filters everything', { query: 'errors_ratio > 1' }, 'inconclusive', 'no data'],
    ['stale data', { query: 'ended_ratio' }, 'inconclusive', 'stale data: the newest sample is 3 min'],
    [
      'a series that has gone',
      { query: 'pair_ratio', window: '8m' },
      'inconclusive',
      'stale data: pair_ratio{host="b"} ends',
    ],
    ['stale by another selector', { query: 'sum(ended_ratio)', fresh: 'ended_ratio' }, 'inconclusive', 'stale data'],
    ['no selector that is fresh', { query: 'sum(errors_ratio)', fresh: 'none' }, 'inconclusive', 'none gives nothing'],
    ['a window that is not full', { query: 'young_ratio', window: '5m' }, 'inconclusive', 'gaps: of 21 samples'],
    ['NaN', { query: 'nan_ratio' }, 'inconclusive', 'is NaN'],
    ['no PromQL', { query: 'errors_ratio >' }, 'error', 'parse error'],
    ['text', { query: '"hello"' }, 'error', 'gives text'],
    ['no gateway there', { query: 'up', url: 'http://127.0.0.1:9' }, 'error', 'connection refused'],
  ])('is not: %s', async (_, given, kind, because) => {
    const reason = expect.stringContaining(because);
    expect(await ask(given)).toMatchObject({ ok: false, class: kind, reason });
  });

  test('a stale series that is good is not, and an age that is allowed is', async () => {
    expect(await ask({ query: 'ended_ratio', maxAge: '200s' })).toMatchObject({ ok: true });
  });

  test('preflight asks the query: a wrong one is found, one without data is said', async () => {
    const look = (text: string) => preflight(query, { url: prometheus.url, expect: '< 1', query: text });
    expect(await look('errors_ratio')).toMatchObject({ ok: true, uncovered: null });
    expect(await look('none')).toMatchObject({ ok: true, uncovered: expect.stringContaining('no data') });
    expect(await look('(')).toMatchObject({ ok: false, reason: expect.stringContaining('parse error') });
  });
});

describeWith(prometheusPrograms, 'prometheus/query, of a server', () => {
  test('that asks for a password', async () => {
    const { url, stop } = await startPrometheus({ locked: true, history: { 'a{b="c"}': points(20, () => 1) } });
    try {
      const ask = (more: object) => perform(query, { url, query: 'a', expect: '== 1', ...more });
      const refused = { ok: false, class: 'error', reason: expect.stringContaining('refuses the login') };
      expect(await ask({ user: prometheusUser, password: prometheusPassword })).toMatchObject({ ok: true });
      expect(await ask({ user: prometheusUser, password: 'wrong-one' })).toMatchObject(refused);
      expect(await ask({ token: 'wrong-one' })).toMatchObject(refused);
    } finally {
      await stop();
    }
  });

  test('that scrapes what is told it', async () => {
    const shop = await webServer(() => ({ body: 'orders_total 7\n' }));
    const { url, stop } = await startPrometheus({ targets: [`127.0.0.1:${shop.port}`] });
    try {
      await until('a scrape', () => shop.heard.length > 1);
      const asked = await perform(query, { url, query: 'orders_total', expect: '>= 7' });
      expect(asked).toMatchObject({ ok: true, outputs: { value: '7' } });
    } finally {
      await stop();
    }
  });
});

describe('prometheus/query', () => {
  const given = { query: 'a', expect: '< 1' };

  test('sends a token and headers, below the path of its address', async () => {
    const body = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } });
    const { url, heard } = await webServer(() => ({ body }));
    await perform(query, { ...given, url: `${url}/prom/`, token: 'very-secret', headers: { 'X-Scope-OrgID': 'shop' } });
    expect(heard[0]).toMatchObject({
      url: '/prom/api/v1/query',
      headers: { authorization: 'Bearer very-secret', 'x-scope-orgid': 'shop' },
      body: 'query=a',
    });
  });

  test('takes half an answer for none', async () => {
    const result = [{ metric: {}, value: [1_800_000_000, '1800000000'] }];
    const body = JSON.stringify({
      status: 'success',
      warnings: ['store-2 is down'],
      data: { resultType: 'vector', result },
    });
    const { url } = await webServer(() => ({ body }));
    const reason = expect.stringContaining('only a part: store-2 is down');
    const performed = await perform(query, { ...given, expect: '> 1', url });
    expect(performed).toMatchObject({ ok: false, class: 'inconclusive', reason });
  });

  test.each([
    [{ body: '<html>' }, 'not that of Prometheus'],
    [{ status: 404, body: '404 page not found' }, 'status 404'],
    [
      {
        body: JSON.stringify({
          status: 'success',
          data: { resultType: 'vector', result: [{ metric: {}, histogram: [] }] },
        }),
      },
      'histograms',
    ],
    [{ body: 'x'.repeat(1_100_000) }, 'longer than 1 MiB'],
  ])('could not measure what is no answer (%#)', async (answer, because) => {
    const { url } = await webServer(() => answer);
    const reason = expect.stringContaining(because);
    expect(await perform(query, { ...given, url })).toMatchObject({ ok: false, class: 'error', reason });
  });

  test('a closed port is no readiness', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    expect(await preflight(query, { ...given, url })).toMatchObject({ ok: false });
  });

  test.each<[object, string]>([
    [{ expect: '0.01' }, 'write a comparison'],
    [{ expect: {} }, 'give `min`'],
    [{ window: '0s' }, 'at least 1s'],
    [{ window: '1h', step: '100ms' }, 'more than 10000 steps'],
    [{ user: 'x' }, 'give `user` and `password`'],
    [{ token: 'x', user: 'x', password: 'y' }, 'not both'],
  ])('refuses %j', (more, because) => {
    expect(complaints(query, { url: 'http://x', ...given, ...more })).toContain(because);
  });
});
