/** P1 after the end: what somebody has done to the system since a run ended is not taken for what the run left. */
import { rmSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const run = ['run', 'playbook.yaml', '--yes'];
const shop = (verify = ", verify: { run: 'test -e closed' }") => `
name: shop
phases:
  disable-access:
    - { id: close, run: 'echo x >> closings; : > closed'${verify} }
  restore:
    - { id: restore, run: 'if [ -e closed ]; then echo closed >> seen; else echo OPEN >> seen; fi; test -e good' }
  health-checks:
    - { id: check, run: 'true' }
  enable-access:
    - { id: open, run: 'rm closed' }
`;

test.each([
  ['left closed', false, 'x\n'],
  ['opened by hand', true, 'x\nx\n'],
])('access that was %s after a failed run is closed when the restore is tried again', async (_, opened, closings) => {
  const site = new Site(shop());
  expect((await site.call(run)).code).toBe(1);
  if (opened) rmSync(site.path('closed'));
  site.write('good', '');
  const { code, stderr } = await site.call(['retry', site.runs[0] ?? '', 'restore']);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('cannot be asked')]);
  expect([site.read('seen'), site.read('closings')]).toEqual(['closed\nclosed\n', closings]);
});

test('what cannot be looked at is not done again', async () => {
  const site = new Site(shop(''));
  expect((await site.call(run)).code).toBe(1);
  site.write('good', '');
  const { code, stderr } = await site.call(['resume', '--reopen']);
  const said = 'whether access is still closed by close cannot be asked';
  expect([code, stderr]).toEqual([0, expect.stringContaining(said)]);
  expect(stderr).toContain('give such a step a `verify`');
  expect(site.events('engine.attached')).toMatchObject([{ notes: [expect.stringContaining(said)] }]);
  expect(site.read('closings')).toBe('x\n');
});

test('a run is not reopened when its system has had a later one', async () => {
  const site = new Site(shop());
  expect((await site.call(run)).code).toBe(1);
  const [first = ''] = site.runs;
  site.write('good', '');
  expect((await site.call(run)).code).toBe(0);
  const [later = ''] = site.runs;
  for (const words of [
    ['retry', first, 'restore'],
    ['resume', first, '--reopen'],
    ['skip', first, 'check', '--reason', 'why'],
  ]) {
    const { code, stderr } = await site.call(words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`has had a later run since: ${later}`)]);
    expect(stderr).not.toContain('will be tried again');
  }
  expect(site.read('seen')).toBe('closed\nclosed\n');
});
