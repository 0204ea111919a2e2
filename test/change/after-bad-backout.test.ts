/** What a backout that ended badly has left is not built upon without a word. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

const frame = `name: shop
system: shop
phases:
  disable-access: [{ id: close, run: touch closed }]
  restore: [{ id: restore-db, run: cp backup db }]
  health-checks: [{ id: ok, run: test -s db }]
  enable-access: [{ id: open, run: rm -f closed }]
`;
const change = (id: string) => `kind: Change
id: ${id}
system: shop
frame: ./playbook.yaml
steps:
  - { id: m, run: 'until [ -e go ]; do sleep 0.02; done; echo ${id} >> db', coveredBy: restore-db }
`;
const carryOut = (id: string, ...more: readonly string[]) => ['change', 'run', `${id}.yaml`, '--yes', ...more];

function siteOf(): Site {
  const site = new Site(frame);
  for (const id of ['A', 'B']) site.write(`${id}.yaml`, change(id));
  for (const file of ['backup', 'db', 'go']) site.write(file, 'base\n');
  return site;
}

async function badBackout(): Promise<{ readonly site: Site; readonly run: string }> {
  const site = siteOf();
  await site.call(carryOut('A'));
  renameSync(join(site.folder, 'backup'), join(site.folder, 'away'));
  expect((await site.call(['run', '--change', 'A', '--yes'])).code).toBe(1);
  renameSync(join(site.folder, 'away'), join(site.folder, 'backup'));
  return { site, run: site.runs[0] ?? '' };
}

test.each(['A', 'B'])('change %s is not begun while the last backout stands failed with access closed', async (id) => {
  const { site, run } = await badBackout();
  const { code, stderr } = await site.call(carryOut(id));
  expect(code).toBe(2);
  if (id === 'B') {
    expect(stderr).toContain(`the last backout of shop, run ${run}, ended failed: access is closed`);
    expect(stderr).toContain(`See what is left to do: backout status ${run}`);
  }
  expect((await site.call(['retry', run, 'restore-db'])).code).toBe(0);
  expect((await site.call(carryOut(id))).code).toBe(0);
});

test('with a reason it is', async () => {
  const { site } = await badBackout();
  expect((await site.call(carryOut('B', '--again', '--reason', 'the database is new'))).code).toBe(0);
});

test('a second call while the change is being carried out says that it has not ended, with its own exit code', async () => {
  const site = siteOf();
  renameSync(join(site.folder, 'go'), join(site.folder, 'not-yet'));
  const engine = site.start(carryOut('A'));
  await until('the step', () => site.runs.length > 0 && site.events('step.started').length > 0);
  const { code, stderr } = await site.call(carryOut('A'));
  expect([code, stderr]).toEqual([5, expect.stringContaining('which carries A out, has not ended')]);
  site.write('go', '');
  expect((await engine.ended).code).toBe(0);
});

test('a change that somebody began all the same, and that failed, opens nothing for the next', async () => {
  const { site } = await badBackout();
  site.write('B.yaml', change('B').replace('until', 'exit 1; until'));
  expect((await site.call(carryOut('B', '--again', '--reason', 'try'))).code).toBe(1);
  site.write('C.yaml', change('C'));
  expect((await site.call(carryOut('C'))).code).toBe(2);
});

test('a last backout whose journal is damaged is not passed over', async () => {
  const { site, run } = await badBackout();
  const journal = `home/runs/${run}/journal.ndjson`;
  site.write(journal, site.read(journal).replace('restore-db', 'restore-xx'));
  expect((await site.call(carryOut('B'))).code).toBe(7);
});

test('what a person decided to leave stands, and is not carried out again on top of it', async () => {
  const site = siteOf();
  site.write(
    'I.yaml',
    "kind: Change\nid: I\nsystem: shop\nsteps:\n  - { id: mail, run: 'echo sent >> log', irreversible: sent is sent }\n  - { id: bad, run: 'false', backout: [] }\n",
  );
  const asked = [...carryOut('I'), '--backout-on-failure', '--irreversible', 'ask'];
  expect((await site.call(asked)).code).toBe(3);
  await site.call(['confirm', site.runs[0] ?? '', 'decide-mail']);
  const { code, stderr } = await site.call(carryOut('I'));
  expect([code, stderr]).toEqual([2, expect.stringContaining('I is carried out already, at least in part: mail')]);
  expect(stderr).toContain('It was left as it is by a decision: there is nothing to take back.');
  expect(stderr).not.toContain('Take it back');
  expect(site.read('log')).toBe('sent\n');
});
