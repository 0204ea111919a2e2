import { describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/pagerduty/index.ts';
import { described } from './rig/described.ts';
import { pagerduty, routingKey } from './rig/pagerduty.ts';
import { closedPort } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';

const failed = { routingKey, stage: 'failed', change: 'CHG0042', system: 'shop', access: 'closed', data: 'unknown' };

describe('pagerduty', () => {
  test('triggers an alert that says what is true and what is next', async () => {
    const there = await pagerduty();
    const performed = await perform(adapter, { url: there.enqueue, ...failed, text: 'x' }, { key: '01J.page.1' });
    expect(performed).toMatchObject({ ok: true, outputs: { dedupKey: 'backout.01J.page' } });
    expect(there.events).toMatchObject([
      {
        event_action: 'trigger',
        dedup_key: 'backout.01J.page',
        payload: {
          summary: 'The backout of CHG0042 (shop) has not succeeded: people must take over',
          source: 'shop',
          severity: 'critical',
          custom_details: {
            Text: 'x',
            Access: 'closed, users cannot get in',
            Next: expect.stringContaining('until people decide'),
            'Next update': 'no time was promised',
            Reference: 'backout 01J.page.1',
          },
        },
      },
    ]);
  });

  test('a later step ends the alert with the same key', async () => {
    const there = await pagerduty();
    const alert = { url: there.enqueue, routingKey, dedupKey: 'backout-01J' };
    await perform(adapter, { ...alert, stage: 'begun' });
    expect([...there.alerts]).toEqual([['backout-01J', 1]]);
    await perform(adapter, { ...alert, action: 'acknowledge' });
    await perform(adapter, { ...alert, stage: 'ended' });
    expect([...there.alerts]).toEqual([]);
    expect(there.events.map((event) => event.event_action)).toEqual(['trigger', 'acknowledge', 'resolve']);
  });

  test.each([
    ['begun', 'warning'],
    ['update', 'info'],
    ['failed', 'critical'],
  ])('%s is %s unless it is told otherwise', async (stage, severity) => {
    const there = await pagerduty();
    await perform(adapter, { url: there.enqueue, routingKey, stage });
    await perform(adapter, { url: there.enqueue, routingKey, stage, severity: 'error' });
    expect(there.events).toMatchObject([{ payload: { severity } }, { payload: { severity: 'error' } }]);
  });

  test('however often it is sent, cut off or retried, there is one alert', async () => {
    const there = await pagerduty();
    const cutting = await pagerduty((_, n) => (n === 1 ? 'cut' : n === 2 ? { status: 503 } : undefined));
    for (const key of ['01J.page.1', '01J.page.1', '01J.page.2']) {
      await perform(adapter, { url: there.enqueue, ...failed }, { key });
    }
    expect(there.alerts.size).toBe(1);
    expect(await perform(adapter, { url: cutting.enqueue, ...failed })).toMatchObject({ ok: true });
    expect(cutting.alerts.size).toBe(1);
  });

  test('another step is another alert: an escalation is never hidden in the first one', async () => {
    const there = await pagerduty();
    for (const key of ['01J.tell.1', '01J.escalate-1.1'])
      await perform(adapter, { url: there.enqueue, ...failed }, { key });
    expect(there.alerts.size).toBe(2);
  });

  test('cuts what is too long, and says so', async () => {
    const there = await pagerduty();
    const facts = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`fact ${n}`, '☃'.repeat(9_000)]));
    const huge = { ...failed, url: there.enqueue, summary: '𝄞'.repeat(9_000), text: '\u0001"'.repeat(900_000), facts };
    expect(await perform(adapter, huge, { key: `01J.${'s'.repeat(300)}.1` })).toMatchObject({ ok: true });
    expect(there.events).toMatchObject([
      {
        payload: {
          summary: expect.stringMatching(/𝄞 … \(\d+ characters cut\)$/u),
          custom_details: { 'Left out': expect.anything() },
        },
      },
    ]);
  });

  test('a wrong key is said at once, and not shown', async () => {
    const there = await pagerduty();
    const wrong = routingKey.toLowerCase();
    const performed = await perform(adapter, { url: there.enqueue, ...failed, routingKey: wrong });
    expect(performed).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/status 400.*Invalid routing key.*Correct `routingKey`/),
    });
    expect(JSON.stringify(performed)).not.toContain(wrong);
    expect(there.heard).toHaveLength(1);
  });

  test.each([
    [200, '{"status":"ignored"}'],
    [202, '<html>proxy</html>'],
  ])('status %d without its word is no success: %s', async (status, body) => {
    const there = await pagerduty(() => ({ status, body }));
    expect(await perform(adapter, { url: there.enqueue, ...failed })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('not that it took the event'),
    });
  });

  test('waits as long as it is asked to; longer than a minute is left to the step', async () => {
    const soon = await pagerduty((_, n) => (n === 1 ? { status: 429, headers: { 'retry-after': '0' } } : undefined));
    expect(await perform(adapter, { url: soon.enqueue, ...failed })).toMatchObject({ ok: true });
    const late = await pagerduty(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
    expect(await perform(adapter, { url: late.enqueue, ...failed })).toMatchObject({ ok: false });
    expect(late.heard).toHaveLength(1);
  });

  test('P10: what is not real says so in its summary', async () => {
    const there = await pagerduty();
    await perform(adapter, { url: there.enqueue, ...failed }, { mode: 'dry-run' });
    expect(there.events).toMatchObject([
      { payload: { summary: expect.stringMatching(/^\[DRY RUN\] /), custom_details: { Notice: expect.anything() } } },
    ]);
  });

  test('preflight asks for nothing of its own, and sends nothing; a plan shows no key', async () => {
    const there = await pagerduty();
    expect(await preflight(adapter, { url: there.enqueue, ...failed })).toMatchObject({ ok: true });
    const nowhere = `http://127.0.0.1:${await closedPort()}/v2/enqueue`;
    expect(await preflight(adapter, { url: nowhere, ...failed })).toMatchObject({ ok: false });
    expect(there.heard.map(({ method, url }) => [method, url])).toEqual([['HEAD', '/']]);
    expect(described(adapter, failed)).toMatch(
      /^trigger an alert at events\.pagerduty\.com\nseverity: critical\nsaying: /,
    );
    expect(described(adapter, failed)).not.toContain(routingKey);
  });

  test.each([
    [{ routingKey: 'short' }, '32 letters and digits'],
    [{ routingKey, stage: 'ended' }, 'give `dedupKey`'],
    [{ routingKey, action: 'acknowledge' }, 'give `dedupKey`'],
    [{ routingKey, dedupKey: 'x'.repeat(256) }, 'at most 255'],
  ])('refuses %j', (given, because) => {
    expect(complaints(adapter, given)).toContain(because);
  });
});
