/** `backout deadline --tell`: audiences hear as the moment nears, each word once. */
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { deadlineMessage, dueTelling, withMessage } from '../../src/views/deadline-message.ts';
import { Site } from '../rig/site.ts';
import { aPlan } from '../support/plan-builder.ts';

jest.setTimeout(60_000);

const minute = 60_000;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

interface Desk {
  readonly url: string;
  /** What it was sent. */
  readonly heard: readonly { readonly subject: string; readonly text: string }[];
  status: number;
}

async function desk(site: Site): Promise<Desk> {
  const heard: { subject: string; text: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      if (self.status === 200) heard.push(JSON.parse(body));
      response.writeHead(self.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site.atEnd(() => new Promise((resolve) => server.close(resolve)));
  const self: Desk = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, heard, status: 200 };
  return self;
}

const playbook = (windowEnds: string, url: string, fallback = '') => `
name: shop
secrets: { hook: { env: HOOK } }
change: { id: CHG0042, windowEnds: ${windowEnds} }
communication:
  audiences:
    desk: { channel: { uses: webhook, with: { url: '${url}', secret: '\${{ secrets.hook }}' }, retry: { attempts: 1 } }${fallback} }
phases:
  restore: [{ id: db, run: 'true', timeout: 10m }]
`;
const tell = ['deadline', 'playbook.yaml', '--margin', '0s', '--tell', 'desk'];

describe('--tell', () => {
  test('says nothing while there is time, and each word once, also to a later call', async () => {
    const site = new Site();
    site.env = { HOOK: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    const { url, heard } = await desk(site);
    site.write('playbook.yaml', playbook(inMs(50 * minute), url));
    expect((await site.call(tell)).code).toBe(0);
    expect(heard).toEqual([]);
    site.write('playbook.yaml', playbook(inMs(30 * minute), url));
    for (let n = 0; n < 3; n += 1) await site.call(tell);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.subject).toMatch(/^CHG0042 \(shop\): 19 min [45]\d s left to begin its backout$/);
    expect(heard[0]?.text).toContain('The backout takes 10 min 00 s.');
    site.write('playbook.yaml', playbook(inMs(5 * minute), url));
    expect((await site.call(tell)).code).toBe(1);
    expect(heard.at(-1)?.subject).toContain('the last moment to begin its backout has come');
  });

  test('tells as a countdown reaches the moment', async () => {
    const site = new Site();
    site.env = { HOOK: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    const { url, heard } = await desk(site);
    site.write('playbook.yaml', playbook(inMs(10 * minute + 3_000), url));
    expect((await site.call([...tell, '--watch'])).code).toBe(1);
    expect(heard.map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^CHG0042 \(shop\): [0-2] s left to begin its backout$/),
      'CHG0042 (shop): the last moment to begin its backout has come',
    ]);
  });

  test('several who count down give each word once between them; one who died gives way', async () => {
    const site = new Site();
    site.env = { HOOK: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    const { url, heard } = await desk(site);
    const text = playbook(inMs(10 * minute + 4_000), url);
    site.write('playbook.yaml', text);
    const watch = [...tell, '--watch'];
    const both = await Promise.all([site.call(watch), site.call(watch), site.call(watch)]);
    expect(both.map(({ code }) => code)).toEqual([1, 1, 1]);
    expect(heard).toHaveLength(2);
    const folder = join(site.home, 'deadlines', 'CHG0042.told');
    const last = join(folder, readdirSync(folder).find((name) => name.endsWith('%200m')) ?? '');
    writeFileSync(last, `${process.pid} ${hostname()}\n`);
    await site.call(tell);
    expect(heard).toHaveLength(2);
    writeFileSync(last, `999999999 ${hostname()}\n`);
    for (let n = 0; n < 2; n += 1) await site.call(tell);
    expect(heard).toHaveLength(3);
  });

  test('uses the fallback; says who could not be told, and tries again the next time', async () => {
    const site = new Site();
    site.env = { HOOK: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    const [bad, good] = [await desk(site), await desk(site)];
    bad.status = 500;
    site.write('playbook.yaml', playbook(inMs(15 * minute), bad.url));
    const { code, stderr } = await site.call(tell);
    expect(code).toBe(0);
    expect(stderr).toContain('desk could NOT be told: ');
    const fallback = `, fallback: { uses: webhook, with: { url: '${good.url}', secret: '\${{ secrets.hook }}' } }`;
    site.write('playbook.yaml', playbook(inMs(15 * minute), bad.url, fallback));
    expect((await site.call(tell)).stderr).toContain('Told desk.');
    expect(good.heard).toHaveLength(1);
  });

  test('tells nobody once it is decided', async () => {
    const site = new Site();
    site.env = { HOOK: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    const { url, heard } = await desk(site);
    site.write('playbook.yaml', playbook(inMs(15 * minute), url));
    await site.call(['deadline', 'playbook.yaml', '--decide', 'go-on', '--reason', 'it works again']);
    await site.call(tell);
    expect(heard).toEqual([]);
  });

  test('refuses an audience that there is not', async () => {
    const site = new Site(playbook(inMs(minute), 'http://127.0.0.1:1/'));
    const { code, stderr } = await site.call(['deadline', 'playbook.yaml', '--tell', 'boss']);
    expect(code).toBe(2);
    expect(stderr).toContain('has no audience of that name');
    expect(stderr).toContain('It has: desk');
  });
});

test.each([
  [31 * minute, undefined],
  [30 * minute, 30 * minute],
  [12 * minute, 30 * minute],
  [10 * minute, 10 * minute],
  [0, 0],
  [-minute, 0],
])('with %d ms left the word that is due is %s', (left, due) => {
  expect(dueTelling(left)).toBe(due);
});

test('the message takes the place of an update, whatever the channel, and says nothing of a run', () => {
  const window = { ends: 60 * minute, planned: 60 * minute, extended: null };
  const deadline = { at: 0, window, need: { ms: minute, basis: 'measured' }, marginMs: 0 } as const;
  const message = deadlineMessage(aPlan({}), deadline, -minute);
  expect(withMessage({ url: 'u', stage: 'update', access: 'x', text: 't', nextUpdate: 'n' }, message)).toEqual({
    url: 'u',
    stage: 'update',
    ...message,
  });
  expect(withMessage({ to: 'a', subject: 's', text: 't' }, message)).toMatchObject({
    to: 'a',
    subject: message.summary,
  });
  expect(withMessage({ page: 'p', stage: 'update' }, message)).toBeUndefined();
});
