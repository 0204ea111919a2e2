/** P2: a disk that is full while only a regular update wants to write, and has room again later, ends nothing. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { slack } from '../adapters/rig/slack.ts';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';
import { mayMount } from '../runtime/home/scratch.ts';

jest.setTimeout(60_000);

const mounted = mayMount() ? test : test.skip;
const playbook = `
name: shop
secrets: { chat: { env: CHAT } }
communication:
  audiences:
    users: { channel: { uses: slack, with: { url: '\${{ secrets.chat }}' } }, every: 1s }
phases:
  restore:
    - { id: first, run: ': > begun; until [ -e go ]; do sleep 0.01; done; echo done >> first' }
    - { id: second, run: 'echo done >> second' }
escalate:
  - { id: page, run: 'echo paged >> page' }
`;

mounted('updates wait for room; the backout goes on, and so do they', async () => {
  const chat = await slack();
  const site = new Site(playbook);
  site.env = { CHAT: chat.webhook };
  mkdirSync(site.home);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1024k', 'none', site.home]);
  site.atEnd(() => execFileSync('umount', [site.home]));
  const engine = site.start(['run', 'playbook.yaml', '--yes']);
  await until('an update', () => chat.messages.length >= 1);
  await site.recorded('step.succeeded', 'update-users');
  const ballast: string[] = [];
  try {
    for (let n = 0; ; n += 1) {
      const file = join(site.home, `ballast-${n}`);
      ballast.push(file);
      writeFileSync(file, Buffer.alloc(n < 200 ? 4096 : 64));
    }
  } catch {}
  await site.past(Date.now() + 3_000);
  const during = chat.messages.length;
  expect(engine.isRunning).toBe(true);
  for (const file of ballast) rmSync(file, { force: true });
  await until('updates go on', () => chat.messages.length >= during + 2);
  site.write('go', '');
  const { code, stderr } = await engine.ended;
  expect([code, stderr]).toEqual([0, expect.stringContaining('succeeded')]);
  expect([site.read('second'), site.read('page'), site.events('disk.filled')]).toEqual(['done\n', '', []]);
});
