import { describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/jira/index.ts';
import { described } from './rig/described.ts';
import { jira, tokens } from './rig/jira.ts';
import { complaints, perform, preflight, probe } from './rig/step.ts';

const onCloud = (site: string, more = {}) => ({ baseUrl: site, ...tokens.cloud, issue: 'OPS-42', ...more });
const onServer = (site: string, more = {}) => ({
  baseUrl: site,
  edition: 'server',
  ...tokens.server,
  issue: 'OPS-42',
  ...more,
});
const begun = {
  stage: 'begun',
  change: 'CHG0042',
  access: 'closed',
  nextUpdate: '04:30 UTC',
  text: 'Two\nlines\n\nand one',
};
const said = [
  'The backout of CHG0042 has begun',
  '',
  'Two',
  'lines',
  '',
  'and one',
  '',
  'Change: CHG0042',
  'Access: closed, users cannot get in',
  'Next: access is closed, what was there before is put back, and access opens once the health checks have passed',
  'Next update: 04:30 UTC',
  '',
  'backout run1-step-1',
].join('\n');

describe('jira', () => {
  test('comments what is true, what is next and when the next update comes: Cloud', async () => {
    const there = await jira();
    expect(await perform(adapter, onCloud(there.site, begun))).toMatchObject({
      ok: true,
      outputs: { status: 'In Progress' },
    });
    expect(there.comments).toEqual([{ text: said, kind: 'plain' }]);
  });

  test('and Server', async () => {
    const there = await jira({ edition: 'server' });
    expect(await perform(adapter, onServer(there.site, begun))).toMatchObject({ ok: true });
    expect(there.comments).toEqual([{ text: said, kind: 'plain' }]);
  });

  test.each(['internal', 'public'])('a %s comment on a request', async (visibility) => {
    const there = await jira();
    for (const _ of [1, 2]) await perform(adapter, onCloud(there.site, { ...begun, visibility }));
    expect(there.comments).toEqual([{ text: said, kind: visibility }]);
  });

  test('brings it to a status, proves it, and does it once', async () => {
    const there = await jira({ needsResolution: true });
    const asked = onCloud(there.site, { stage: 'ended', status: 'resolved', resolution: 'Done' });
    expect(await probe(adapter, asked, {})).toBe('no');
    for (const _ of [1, 2]) {
      expect(await perform(adapter, asked)).toMatchObject({ ok: true, outputs: { status: 'Resolved' } });
    }
    expect(there.state).toEqual({ status: 'Resolved', resolution: 'Done' });
    expect(there.comments).toHaveLength(1);
    expect(await probe(adapter, asked, {})).toBe('yes');
  });

  test.each([
    ['/comment', 1],
    ['/transitions', 1],
  ])('cut off after a POST to %s was done, it is not done twice', async (path, comments) => {
    let cuts = 0;
    const there = await jira({
      before: ({ method, url }) => {
        if (method !== 'POST' || !url.endsWith(path) || cuts > 0) return undefined;
        cuts += 1;
        return 'then cut';
      },
    });
    const performed = await perform(adapter, onCloud(there.site, { status: 'Resolved' }));
    expect(performed).toMatchObject({ ok: true, outputs: { status: 'Resolved' } });
    expect(cuts).toBe(1);
    expect(there.comments).toHaveLength(comments);
  });

  test('the same key finds its comment, the next attempt writes its own', async () => {
    const there = await jira();
    for (const key of ['01J.a.11', '01J.a.1', '01J.a.1']) await perform(adapter, onCloud(there.site), { key });
    expect(there.comments).toHaveLength(2);
  });

  test.each([
    [{ token: 'wrong-api-token' }, /status 401.*`token`/],
    [{ issue: 'OPS-43' }, /status 404.*`issue`/],
    [{ status: 'Closed' }, /from In Progress no transition leads to Closed, only to Resolved.*by hand/],
    [{ status: 'Resolved' }, /status 400.*Resolution is required.*resolution/],
  ])('says what is wrong: %j', async (more, because) => {
    const there = await jira({ needsResolution: true });
    const performed = await perform(adapter, onCloud(there.site, more));
    expect(performed).toMatchObject({ ok: false, reason: expect.stringMatching(because) });
    expect(JSON.stringify(performed)).not.toContain('wrong-api-token');
    expect(there.comments.length).toBeLessThan(2);
  });

  test('a transition that Jira accepts and does not do is seen', async () => {
    const there = await jira({
      before: ({ method, url }) => (method === 'POST' && url.endsWith('/transitions') ? { status: 204 } : undefined),
    });
    expect(await perform(adapter, onCloud(there.site, { status: 'Resolved' }))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('it shows In Progress, and not Resolved'),
    });
  });

  test('a login page with 200 is no success; 429 and 503 are tried again', async () => {
    const page = await jira({ before: () => ({ status: 200, body: '<html>Log in</html>' }) });
    expect(await perform(adapter, onCloud(page.site))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('Log in'),
    });
    const busy = await jira({
      before: (_, n) => (n < 3 ? { status: n === 1 ? 429 : 503, headers: { 'retry-after': '0' } } : undefined),
    });
    expect(await perform(adapter, onCloud(busy.site))).toMatchObject({ ok: true });
    expect(busy.comments).toHaveLength(1);
  });

  test.each(['cloud', 'server'] as const)(
    'hostile and huge texts: nothing is markup, cut and said, found again: %s',
    async (edition) => {
      const there = await jira({ edition });
      const on = edition === 'cloud' ? onCloud : onServer;
      const hostile = '{code} [~admin] [x|https://evil.example] !x.png! *b* \\\\ {noformat} |a|';
      await perform(adapter, on(there.site, { summary: hostile }), { key: 'k.1' });
      expect(there.comments[0]?.text.split('\n')[0]).toBe(hostile);
      for (const text of ['𝄞\\'.repeat(90_000), '\n'.repeat(90_000).replaceAll('\n', 'x\n'), '"{'.repeat(90_000)]) {
        for (const _ of [1, 2]) expect(await perform(adapter, on(there.site, { text }))).toMatchObject({ ok: true });
        expect(there.comments).toHaveLength(2);
        expect(there.comments.pop()?.text).toMatch(/\(\d+ characters cut\)\n\nbackout run1-step-1$/);
        there.forget();
      }
    },
  );

  test('P10: what is not real says so', async () => {
    const there = await jira();
    await perform(adapter, onCloud(there.site), { mode: 'dry-run' });
    expect(there.comments[0]?.text).toMatch(/^This is a DRY RUN: nothing is done for real\.\n\n\[DRY RUN\] /);
  });

  test('preflight logs in, reads, and writes nothing; what cannot be now is said', async () => {
    const there = await jira();
    expect(await preflight(adapter, onCloud(there.site))).toMatchObject({ ok: true });
    expect(await preflight(adapter, onCloud(there.site, { status: 'Closed' }))).toMatchObject({
      ok: true,
      uncovered: expect.stringContaining('no transition leads to Closed'),
    });
    expect(await preflight(adapter, onCloud(there.site, { issue: 'OPS-43' }))).toMatchObject({ ok: false });
    expect(await preflight(adapter, onCloud(there.site, { token: 'wrong-api-token' }))).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('`token`'),
    });
    expect(there.heard.every(({ method }) => method === 'GET')).toBe(true);
    expect(described(adapter, onCloud(there.site, { visibility: 'internal' }))).not.toContain(tokens.cloud.token);
  });

  test.each([
    [{ issue: 'OPS-42/../x' }, 'write it as OPS-42'],
    [{ user: '' }, 'Invalid'],
    [{ resolution: 'Done' }, 'give `status`'],
    [{ baseUrl: 'http://jira.example.com' }, 'not sent unencrypted'],
  ])('refuses %j', (more, because) => {
    expect(complaints(adapter, onCloud('https://x', more))).toContain(because);
    expect(complaints(adapter, { baseUrl: 'https://x', token: 'abc', issue: 'OPS-42' })).toContain(
      'Jira Cloud needs it',
    );
  });
});
