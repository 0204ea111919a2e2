/** `atomic` is believed only where the action's own failure was seen: whatever else has acted is taken back. */
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const carryOut = ['change', 'run', 'change.yaml', '--yes', '--backout-on-failure'];

function siteOf(step: string): Site {
  const site = new Site();
  site.write(
    'change.yaml',
    `kind: Change
id: CHG1
system: shop
steps: [{ id: one, atomic: true, ${step}, backout: [{ run: 'echo undone >> log' }] }]
`,
  );
  return site;
}

describe('a run that saw it fail', () => {
  test.each([
    ['its proof failed after the action was done', `run: 'true', verify: { run: 'false' }`],
    ['it timed out', `run: 'sleep 30', timeout: 100ms, grace: 1s`],
    ['a contingency of it was begun', `run: 'false', contingency: [{ id: other, run: 'false' }]`],
    [
      'it had timed out before it failed',
      `run: 'test -e once || { : > once; sleep 30; }; false', timeout: 300ms, retry: { attempts: 2 }`,
    ],
    ['its output could not be taken', `run: 'echo "bad name=1" >> "$BACKOUT_OUTPUT"'`],
  ])('%s: it is taken back, and that is said', async (_, step) => {
    const site = siteOf(step);
    const { code, stderr } = await site.call(carryOut);
    expect([code, site.read('log')]).toEqual([8, 'undone\n']);
    expect(stderr).toContain(
      'one is atomic, and was not seen to fail by itself: it is taken back as perhaps done in part',
    );
  });

  test('it failed by itself: it has done nothing', async () => {
    const site = siteOf(`run: 'exit 3', retry: { attempts: 2 }`);
    const { code, stderr } = await site.call(carryOut);
    expect([code, site.read('log'), stderr]).toEqual([8, '', expect.stringContaining('Nothing of CHG1 is left')]);
  });

  test('it was done by an earlier run: its second failure takes nothing of that away', async () => {
    const site = siteOf(`run: 'test ! -e bad'`);
    expect((await site.call(carryOut)).code).toBe(0);
    site.write('bad', '');
    expect((await site.call([...carryOut, '--again', '--reason', 'more'])).code).toBe(8);
    expect(site.read('log')).toBe('undone\n');
  });
});

test('whoever records that it failed is believed', async () => {
  const site = siteOf(`run: 'false'`);
  await site.call(['change', 'record', 'change.yaml', 'one', 'failed']);
  const { code } = await site.call(['run', '--change', 'CHG1', '--yes']);
  expect([code, site.read('log')]).toEqual([0, '']);
});
