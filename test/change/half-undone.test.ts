/** An undo step that an earlier backout has begun and nobody saw end well is not begun again unasked. */
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const change = `kind: Change
id: CHG1
system: shop
frame: playbook.yaml
steps:
  - { id: one, run: 'true', backout: [{ run: 'echo x >> undone; test -e go' }] }
`;
const frame = `name: shop
phases:
  restore: [{ id: restore-db, run: 'echo r >> restored; test -e go' }]
  health-checks: [{ id: ok, run: 'true' }]
`;
const takeBack = ['run', '--change', 'CHG1', '--yes'];

async function failedBackout(text = change): Promise<Site> {
  const site = new Site(frame);
  site.write('change.yaml', text);
  await site.call(['change', 'run', 'change.yaml', '--yes']);
  expect((await site.call(takeBack)).code).toBe(1);
  return site;
}

describe('an undo step that failed in an earlier backout', () => {
  test('is marked, and a person looks first', async () => {
    const site = await failedBackout();
    site.write('go', '');
    const { code, stderr } = await site.call(takeBack);
    expect([code, site.read('undone')]).toEqual([3, 'x\n']);
    expect(stderr).toContain('undo-one was begun in an earlier backout');
    expect(stderr).toMatch(/Look how far it came[\s\S]*backout skip \S+ undo-one/);
    const { stdout } = await site.call(['change', 'status', 'CHG1']);
    expect(stdout).toMatch(/1\. look-one\n +2\. undo-one[\s\S]*perhaps it is done in part/);
    expect((await site.call(['confirm', site.runs[0] ?? '', 'look-one'])).code).toBe(0);
    expect(site.read('undone')).toBe('x\nx\n');
  });

  test('with onUnknown: rerun is done again unasked', async () => {
    const site = await failedBackout(change.replace('test -e go', "test -e go', onUnknown: 'rerun"));
    site.write('go', '');
    const { code, stderr } = await site.call(takeBack);
    expect([code, stderr]).toEqual([0, expect.stringContaining('undo-one was begun in an earlier backout')]);
  });

  test('is as new when the change was carried out anew since', async () => {
    const site = await failedBackout();
    site.write('go', '');
    await site.call(['change', 'run', 'change.yaml', '--yes', '--again', '--reason', 'so']);
    expect((await site.call(takeBack)).code).toBe(0);
  });

  test('stays marked when a pipeline records something of the step that does not begin it anew', async () => {
    const site = await failedBackout();
    await site.call(['change', 'record', 'CHG1', 'one', 'failed', '--output', 'a=b']);
    expect((await site.call(takeBack)).code).toBe(3);
  });
});

test('a restore step of the frame that failed is looked at once, whatever it covers', async () => {
  const site = await failedBackout(
    change.replace(/backout: \[.*/, "coveredBy: restore-db }\n  - { id: two, run: 'true', coveredBy: restore-db }"),
  );
  site.write('go', '');
  const { code, stderr } = await site.call(takeBack);
  expect([code, site.read('restored'), stderr.match(/look-\w+ +started/g)]).toEqual([3, 'r\n', [expect.anything()]]);
  expect(stderr.match(/restore-db was begun in an earlier/g)).toHaveLength(1);
});

test('killed while it undoes and then stopped: a person looks first', async () => {
  const site = new Site(frame);
  site.write('change.yaml', change.replace('test -e go', ': > undoing; until [ -e go ]; do sleep 0.01; done'));
  await site.call(['change', 'run', 'change.yaml', '--yes']);
  const first = site.start(takeBack);
  await site.appeared('undoing');
  first.signal('SIGKILL');
  await first.ended;
  await site.call(['stop', site.runs[0] ?? '']);
  const { code, stderr } = await site.call(takeBack);
  expect([code, stderr]).toEqual([3, expect.stringContaining('Look how far it came')]);
});
