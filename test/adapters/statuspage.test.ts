import { describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/statuspage/index.ts';
import { described } from './rig/described.ts';
import { apiKey, statuspage } from './rig/statuspage.ts';
import { complaints, perform, preflight, probe } from './rig/step.ts';

const message = (api: string, more = {}) => ({
  baseUrl: api,
  page: 'kctbh9vrtdwd',
  token: apiKey,
  incident: '01JRUN',
  ...more,
});

describe('statuspage', () => {
  test('one incident is opened, updated and resolved', async () => {
    const there = await statuspage();
    const told = (key: string, more: object) => perform(adapter, message(there.api, more), { key });
    const components = (status: string) => ({ components: { ftgks51sfs2d: status } });
    await told('01J.a.1', {
      stage: 'begun',
      name: 'Shop is closed',
      ...components('major_outage'),
      nextUpdate: '04:30 UTC',
    });
    await told('01J.b.1', { stage: 'update', summary: 'Data is back', notify: 'nobody' });
    const last = await told('01J.c.1', { stage: 'ended', summary: 'The shop is open', ...components('operational') });
    expect(last).toMatchObject({ ok: true, outputs: { incident: 'inc0', link: 'https://stspg.example/inc0' } });
    expect(there.incidents).toMatchObject([
      {
        name: 'Shop is closed',
        status: 'resolved',
        components: [{ id: 'ftgks51sfs2d', status: 'operational' }],
        updates: [
          { status: 'identified', notified: true, body: expect.stringContaining('Next update: 04:30 UTC') },
          { status: 'identified', notified: false, body: expect.stringMatching(/^Data is back\n/) },
          { status: 'resolved', notified: true, body: 'The shop is open' },
        ],
        metadata: { backout: { incident: '01JRUN', keys: '01J.a.1 01J.b.1 01J.c.1' } },
      },
    ]);
  });

  test('the page is public: what is sent shows no reference', async () => {
    const there = await statuspage();
    await perform(adapter, message(there.api, { stage: 'failed' }), { key: '01J.a.1' });
    expect(there.incidents[0]?.updates).toMatchObject([
      { status: 'investigating', body: expect.not.stringContaining('01J') },
    ]);
  });

  test('another run opens another incident, and leaves alone what others keep in the metadata', async () => {
    const there = await statuspage();
    await perform(adapter, message(there.api, { stage: 'begun' }));
    const [first] = there.incidents;
    if (first !== undefined)
      there.incidents[0] = { ...first, metadata: { ...first.metadata, jira: { issue: 'OPS-1' } } };
    await perform(adapter, message(there.api, { incident: '01JOTHER' }), { key: 'x.1' });
    await perform(adapter, message(there.api, { stage: 'ended' }), { key: 'y.1' });
    expect(there.incidents).toMatchObject([
      { status: 'identified' },
      { status: 'resolved', metadata: { jira: { issue: 'OPS-1' } } },
    ]);
  });

  test.each(['POST', 'PATCH'])('cut off after a %s was done, it is not done twice', async (method) => {
    let cuts = 0;
    const there = await statuspage((heard) => {
      if (heard.method !== method || cuts > 0) return undefined;
      cuts += 1;
      return 'then cut';
    });
    await perform(adapter, message(there.api, { stage: 'begun' }), { key: '01J.a.1' });
    await perform(adapter, message(there.api, { stage: 'ended' }), { key: '01J.b.1' });
    await perform(adapter, message(there.api, { stage: 'ended' }), { key: '01J.b.1' });
    expect(cuts).toBe(1);
    expect(there.incidents.map(({ updates }) => updates.length)).toEqual([2]);
  });

  test.each([420, 429, 503])('is tried again after %d', async (status) => {
    const there = await statuspage((_, n) => (n < 3 ? { status, headers: { 'retry-after': '0' } } : undefined));
    expect(await perform(adapter, message(there.api))).toMatchObject({ ok: true });
    expect(there.incidents).toHaveLength(1);
  });

  test.each([
    [{ token: 'wrong-api-key' }, 'status 401', '`token`'],
    [{ page: 'nosuchpage' }, 'status 404', '`page`'],
    [{ components: { nosuchcomponent: 'operational' } }, 'nosuchcomponent shows nothing', 'by hand'],
  ])('says what is wrong, once: %j', async (more, because, remedy) => {
    const there = await statuspage();
    const performed = await perform(adapter, message(there.api, more));
    expect(performed).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(performed).toMatchObject({ reason: expect.stringContaining(remedy) });
    expect(JSON.stringify(performed)).not.toContain('wrong-api-key');
  });

  test('a status that the page did not take is a failure, whatever the code says', async () => {
    const answer = { id: 'i', status: 'investigating', components: [] };
    const there = await statuspage((heard) =>
      heard.method === 'POST' ? { status: 201, body: JSON.stringify(answer) } : undefined,
    );
    expect(await perform(adapter, message(there.api, { stage: 'ended' }))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('shows investigating, and not resolved'),
    });
  });

  test('probe tells whether this very message is there', async () => {
    const there = await statuspage();
    const asked = message(there.api);
    expect(await probe(adapter, asked, { key: 'a.1' })).toBe('no');
    await perform(adapter, asked, { key: 'a.1' });
    expect(await probe(adapter, asked, { key: 'a.1' })).toBe('yes');
    expect(await probe(adapter, asked, { key: 'a.12' })).toBe('no');
    expect(await probe(adapter, message(there.api, { token: 'wrong-api-key' }), { key: 'a.1' })).toBe('unknown');
  });

  test('P10: what is not real says so in the name and the body', async () => {
    const there = await statuspage();
    await perform(adapter, message(there.api, { name: 'Shop is closed' }), { mode: 'dry-run' });
    expect(there.incidents).toMatchObject([
      { name: '[DRY RUN] Shop is closed', updates: [{ body: expect.stringMatching(/^This is a DRY RUN/) }] },
    ]);
  });

  test('preflight looks for the page and its components, and writes nothing', async () => {
    const there = await statuspage();
    const ready = { components: { ftgks51sfs2d: 'major_outage' } };
    expect(await preflight(adapter, message(there.api, ready))).toMatchObject({ ok: true });
    expect(await preflight(adapter, message(there.api, { components: { nosuch: 'operational' } }))).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('bqs9hwwbcn8s (Component bqs9hwwbcn8s)'),
    });
    expect(await preflight(adapter, message(there.api, { token: 'wrong-api-key' }))).toMatchObject({ ok: false });
    expect(there.incidents).toEqual([]);
    expect(there.heard.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('cuts what is too long, and a plan shows no key', async () => {
    const there = await statuspage();
    const huge = message(there.api, { summary: 'x'.repeat(9_000), text: '𝄞'.repeat(90_000) });
    expect(await perform(adapter, huge)).toMatchObject({ ok: true });
    expect(there.incidents[0]?.name).toMatch(/characters cut\)$/);
    expect(described(adapter, huge)).not.toContain(apiKey);
    expect(complaints(adapter, message('https://x', { page: '../..' }))).toContain('id of the page');
  });
});
