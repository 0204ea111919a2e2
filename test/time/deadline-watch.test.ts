/** What a countdown heeds while it runs, and which words about a window are taken. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

const minute = 60_000;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const playbook = (change: string, url = 'http://127.0.0.1:1/') => `
name: shop
secrets: { hook: { env: HOOK } }
change: { ${change} }
communication:
  audiences:
    desk: { channel: { uses: webhook, with: { url: '${url}', secret: '\${{ secrets.hook }}' }, retry: { attempts: 1 } } }
phases:
  restore: [{ id: db, run: 'until [ -e go ]; do sleep 0.01; done', timeout: 10m }]
`;
const watch = ['deadline', 'playbook.yaml', '--margin', '0s', '--watch'];
const tell = ['--tell', 'desk'];
const decide = ['deadline', 'playbook.yaml', '--decide'];
const why = ['--reason', 'the CAB agreed'];

function siteOf(text: string): Site {
  const site = new Site(text);
  site.env = { HOOK: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
  return site;
}

/** Counts its calls and answers all of them with this status. */
async function desk(status: number): Promise<{ readonly url: string; calls: number; readonly close: () => void }> {
  const server = createServer((request, response) => {
    self.calls += 1;
    request.resume().on('end', () => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const self = { url: `http://127.0.0.1:${port}/`, calls: 0, close: () => server.close() };
  return self;
}

test('it ends once a run of the system has begun', async () => {
  const site = siteOf(playbook(`id: CHG1, windowEnds: ${inMs(60 * minute)}`));
  const watching = site.start(watch);
  await until('the first look', () => watching.stdout.includes('Margin'));
  const run = site.start(['run', 'playbook.yaml', '--yes']);
  const { code, stdout } = await watching.ended;
  expect([code, stdout]).toEqual([0, expect.stringContaining('The backout of shop has begun: backout status ')]);
  site.write('go', '');
  expect((await run.ended).code).toBe(0);
});

test('a word that could not be given is not tried again at every look', async () => {
  const broken = await desk(400);
  const site = siteOf(playbook(`id: CHG1, windowEnds: ${inMs(10 * minute + 4_000)}`, broken.url));
  site.atEnd(broken.close);
  const { code, stderr } = await site.call([...watch, ...tell]);
  expect([code, broken.calls]).toEqual([1, 2]);
  expect(stderr.match(/desk could NOT be told/g)).toHaveLength(2);
});

test('an extended window has words of its own', async () => {
  const good = await desk(200);
  const site = siteOf(playbook(`id: CHG1, windowEnds: ${inMs(25 * minute)}`, good.url));
  site.atEnd(good.close);
  const once = watch.filter((flag) => flag !== '--watch');
  for (let n = 0; n < 2; n += 1) await site.call([...once, ...tell]);
  expect(good.calls).toBe(1);
  expect((await site.call([...decide, 'extend', '--until', inMs(30 * minute), ...why])).code).toBe(0);
  for (let n = 0; n < 2; n += 1) await site.call([...once, ...tell]);
  expect(good.calls).toBe(2);
});

test('the caller’s end of the window stands before the playbook’s', async () => {
  const site = siteOf(playbook(`id: CHG1, windowEnds: ${inMs(60 * minute)}`));
  expect((await site.call(['deadline', 'playbook.yaml'])).code).toBe(0);
  expect((await site.call(['deadline', 'playbook.yaml', '--window-ends', inMs(-minute)])).code).toBe(1);
});

const ends = inMs(60 * minute);
test.each([
  ['id: CHG1', ['go-on', '--reason', '  '], '--decide needs --reason'],
  ['id: CHG1', ['go-on', '--until', inMs(90 * minute), ...why], '--until goes with --decide extend, not with go-on'],
  ['id: CHG1', ['extend', '--until', ends, ...why], 'extends nothing: the window ends at'],
  ['risk: low', ['go-on', ...why], 'the change has no id'],
])('of a change { %s } the decision %j is refused', async (change, words, said) => {
  const site = siteOf(playbook(`${change}, windowEnds: ${ends}`));
  const { code, stderr } = await site.call([...decide, ...words]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  expect(site.read('home/changes/CHG1/decisions.ndjson')).toBe('');
});
