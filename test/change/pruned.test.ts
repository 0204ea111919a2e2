/** Old runs are removed, but not those that alone know what was done of a change and what was taken back. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const change = `kind: Change
id: C1
system: shop
steps:
  - { id: a, run: 'true', backout: [{ run: 'echo undone >> log' }] }
`;
const takeBack = ['run', '--change', 'C1', '--yes'];
const carryOut = ['change', 'run', 'change.yaml', '--yes'];
const prune = ['runs', 'prune', '--older-than', '0s', '--yes'];

function siteOf(): Site {
  const site = new Site('name: other\nwithoutHealthChecks: only a test\nphases: { restore: [{ run: "true" }] }\n');
  site.write('change.yaml', change);
  return site;
}

test('what carried a change out is kept: it can still be taken back', async () => {
  const site = siteOf();
  await site.call(carryOut);
  const [run = ''] = site.runs;
  await site.call(['run', 'playbook.yaml', '--yes']);
  const { stderr } = await site.call(prune);
  expect(stderr).toContain('1 run removed; 1 run kept: what was done of a change');
  expect(site.runs).toEqual([run]);
  expect((await site.call(takeBack)).code).toBe(0);
  expect(site.read('log')).toBe('undone\n');
});

test('what took it back is kept: it is not taken back twice', async () => {
  const site = siteOf();
  await site.call(['change', 'record', 'change.yaml', 'a', 'done']);
  await site.call(takeBack);
  expect(JSON.parse((await site.call([...prune, '--json'])).stdout)).toEqual({ removed: [], kept: site.runs });
  await site.call(takeBack);
  expect(site.read('log')).toBe('undone\n');
});

test('also where the ledger is damaged', async () => {
  const site = siteOf();
  await site.call(carryOut);
  site.write('home/changes/C1/ledger.ndjson', 'nonsense\n');
  await site.call(prune);
  expect(site.runs).toHaveLength(1);
});

test.each([[takeBack], [carryOut], [['change', 'status', 'C1']], [['derive', 'C1', '--ledger']]])(
  'a run that somebody removed is not taken for one that did nothing: %j',
  async (call) => {
    const site = siteOf();
    await site.call(carryOut);
    renameSync(join(site.folder, 'home/runs', site.runs[0] ?? ''), join(site.folder, 'away'));
    const { code, stderr } = await site.call(call);
    expect([code, stderr]).toEqual([7, expect.stringContaining('what it did is not known')]);
    expect(stderr).toContain('Restore that folder');
  },
);
