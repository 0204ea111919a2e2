/** A restore step of the frame that does not apply takes nothing back: that is nobody's decision until a person makes it. */
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const change = `kind: Change
id: CHG1
system: shop
frame: playbook.yaml
steps:
  - { id: data, run: 'echo data >> log', coveredBy: restore-db }
  - { id: web, run: 'test ! -e bad', backout: [{ run: 'echo undo-web >> log' }] }
`;
const frame = `name: shop
parameters: { full: { type: boolean, default: false } }
phases:
  restore: [{ id: restore-db, if: params.full, run: 'echo restore-db >> log' }]
  health-checks: [{ id: ok, run: 'true' }]
`;
const asked = `name: shop
phases:
  restore:
    - { id: probe, needs: [], run: 'echo v=no >> "$BACKOUT_OUTPUT"' }
    - { id: restore-db, needs: [probe], if: "steps.probe.outputs.v == 'yes'", run: 'echo restore-db >> log' }
  health-checks: [{ id: ok, run: 'true' }]
`;

function siteOf(around: string, text = change): Site {
  const site = new Site(around);
  site.write('change.yaml', text);
  return site;
}

async function carriedOut(around: string, text = change): Promise<Site> {
  const site = siteOf(around, text);
  expect((await site.call(['change', 'run', 'change.yaml', '--yes'])).code).toBe(0);
  return site;
}

const takeBack = ['run', '--change', 'CHG1', '--yes'];
const statusOf = async (site: Site): Promise<string> => (await site.call(['change', 'status', 'CHG1'])).stdout;

describe('a condition that parameters settle', () => {
  test('the author is told by lint', async () => {
    const { stdout } = await siteOf(frame).call(['lint', 'change.yaml']);
    expect(stdout).toContain('step data is covered by restore-db, whose `if` is false unless a parameter is given');
  });

  test('false: no way back begins or is written, and nothing counts as left', async () => {
    const site = await carriedOut(frame);
    for (const words of [takeBack, ['derive', 'CHG1', '--ledger']]) {
      const { code, stderr } = await site.call(words);
      expect([code, stderr]).toEqual([2, expect.stringContaining('nothing takes step data back: restore-db')]);
    }
    expect(site.read('log')).toBe('data\n');
    expect(await statusOf(site)).toMatch(/data: done[\s\S]*A backout would do/);
  });

  test('false, and to be taken back on failure: refused before anything is changed', async () => {
    const site = siteOf(frame);
    const call = ['change', 'run', 'change.yaml', '--yes', '--backout-on-failure'];
    expect([(await site.call(call)).code, site.read('log')]).toEqual([2, '']);
    site.write('bad', '');
    expect((await site.call([...call, '--param', 'full=true'])).code).toBe(8);
    expect(site.read('log')).toBe('data\nundo-web\nrestore-db\n');
  });

  test('false, and a person is to be asked: it is left only when that person says so', async () => {
    const site = await carriedOut(frame);
    expect((await site.call([...takeBack, '--irreversible', 'ask'])).code).toBe(3);
    expect(await statusOf(site)).toContain('data: done');
    expect((await site.call(['confirm', site.runs[0] ?? '', 'decide-restore-db'])).code).toBe(0);
    expect(await statusOf(site)).toContain('data: left as it is');
    expect(site.read('log')).toBe('data\nundo-web\n');
  });

  test('true: it is restored, and nobody is asked', async () => {
    const site = await carriedOut(frame);
    expect((await site.call([...takeBack, '--irreversible', 'ask', '--param', 'full=true'])).code).toBe(0);
    expect([site.read('log'), await statusOf(site)]).toEqual([
      'data\nundo-web\nrestore-db\n',
      expect.stringContaining('data: taken back'),
    ]);
  });
});

describe('a condition that only the run can ask', () => {
  test('false: an exception, and the step still counts as done', async () => {
    const site = await carriedOut(asked);
    const { code, stderr } = await site.call(takeBack);
    expect([code, stderr]).toEqual([6, expect.stringContaining('which takes back data, does not apply')]);
    expect(await statusOf(site)).toContain('data: done');
  });

  test('false after a change that failed: 1, as it was not taken back as a whole', async () => {
    const site = siteOf(asked);
    site.write('bad', '');
    const { code, stderr } = await site.call(['change', 'run', 'change.yaml', '--yes', '--backout-on-failure']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('CHG1 WAS NOT TAKEN BACK AS A WHOLE: data stands')]);
  });

  test('true: it is restored', async () => {
    const site = await carriedOut(asked.replace('v=no', 'v=yes'));
    expect((await site.call(takeBack)).code).toBe(0);
    expect(await statusOf(site)).toContain('data: taken back');
  });
});

test('an undo step with an `if` that is false is its author’s decision, and is said', async () => {
  const text = change.replace("[{ run: 'echo undo-web", "[{ if: false, run: 'echo undo-web");
  const site = await carriedOut(frame, text);
  const { code, stderr } = await site.call([...takeBack, '--param', 'full=true']);
  expect([code, stderr]).toEqual([0, expect.stringContaining('the undo of web does not apply: undo-web is left out')]);
  expect(await statusOf(site)).toContain('web: left as it is');
});
