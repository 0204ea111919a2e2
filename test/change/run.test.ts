/** A change carried out and taken back by the real program: exit codes, what stays, what is refused. */
import { rmSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const change = `kind: Change
id: CHG1
system: shop
frame: playbook.yaml
parameters: { tag: { type: string, default: v1 } }
steps:
  - { id: flag, run: 'echo \${{ params.tag }} > flag; echo was=\${{ params.tag }} >> "$BACKOUT_OUTPUT"', backout: [{ run: 'test "$(cat flag)" = \${{ steps.flag.outputs.was }}; rm flag' }] }
  - { id: data, run: 'echo new > data', coveredBy: restore-data }
  - { id: last, run: 'test ! -e bad', atomic: true, backout: [{ run: 'echo no >> undone' }] }
  - { id: look, run: 'test -e flag', backout: [] }
`;
const frame = `name: shop
parameters: { who: { type: string, default: desk } }
phases:
  disable-access: [{ id: close, run: 'echo closed >> access' }]
  restore: [{ id: restore-data, run: 'rm data' }]
  health-checks: [{ id: ok, run: 'test ! -e data && test ! -e flag && test ! -e sick' }]
  enable-access: [{ id: open, run: 'echo open >> access' }]
  announce: [{ id: tell, run: 'echo \${{ params.who }} > told' }]
`;

function siteOf(text = change): Site {
  const site = new Site(frame);
  site.write('change.yaml', text);
  return site;
}

const carryOut = ['change', 'run', 'change.yaml', '--yes'];
const takeBack = ['run', '--change', 'CHG1', '--yes'];

describe('backout change run', () => {
  test('carries it out, and speaks of a change, not of a backout', async () => {
    const site = siteOf();
    const { code, stderr } = await site.call(carryOut);
    expect([code, site.read('flag'), site.read('data')]).toEqual([0, 'v1\n', 'new\n']);
    expect(stderr).toContain('shop: 4 of 4 steps of change CHG1 are done.');
    expect(stderr).toContain('Carried out at');
    expect(stderr).not.toMatch(/restore|access is|health is|Backed out/i);
    const status = await site.call(['status']);
    expect(status.stdout).toMatch(/\nchange +succeeded\n/);
    expect(status.stdout).not.toContain('notify');
    const report = await site.call(['report']);
    expect(report.stdout).toMatch(/^# Change of shop: succeeded\n[\s\S]*\| change \| flag \|/);
    expect(report.stdout).not.toMatch(/restore|Playbook|True at the end/);
  });

  test('what stands carried out is not carried out a second time on top of it', async () => {
    const site = siteOf();
    await site.call(carryOut);
    const again = await site.call(carryOut);
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/carried out already.*flag, data, last\n/)]);
    expect(site.runs).toHaveLength(1);
    expect((await site.call([...carryOut, '--again', '--reason', 'so'])).code).toBe(0);
  });

  test('with --once the second caller gets the first run, document and exit code', async () => {
    const site = siteOf();
    await site.call([...carryOut, '--once']);
    const { code, stdout } = await site.call([...carryOut, '--once', '--json']);
    expect([code, JSON.parse(stdout).run, site.runs.length]).toEqual([0, site.runs[0], 1]);
  });

  test('a change that fails is exit 1, and what to type next takes it back or goes on', async () => {
    const site = siteOf();
    site.write('bad', '');
    const { code, stderr } = await site.call(carryOut);
    expect(code).toBe(1);
    expect(stderr).toContain('to take back what was done: backout run --change CHG1');
    rmSync(site.path('bad'));
    expect((await site.call(['retry', site.runs[0] ?? '', 'last'])).code).toBe(0);
  });

  test('--backout-on-failure: exit 8 when it was taken back; one document tells both', async () => {
    const site = siteOf();
    site.write('bad', '');
    const { code, stdout } = await site.call([
      ...carryOut,
      '--backout-on-failure',
      '--json',
      '--param',
      'tag=v9',
      '--param',
      'who=boss',
    ]);
    expect(code).toBe(8);
    const told = JSON.parse(stdout);
    expect([told.status, told.kind, told.backout.status, told.backout.takesBack, told.lastExitCode]).toEqual([
      'failed',
      'change',
      'succeeded',
      'CHG1',
      8,
    ]);
    expect([site.read('flag'), site.read('data'), site.read('undone'), site.read('told')]).toEqual([
      '',
      '',
      '',
      'boss\n',
    ]);
    expect(site.read('access')).toBe('closed\nopen\n');
    expect(told.backout.reason).toBe('CHG1 failed');
  });

  test('--backout-on-failure: exit 0 only when the change succeeded, and the backout is not begun then', async () => {
    const site = siteOf();
    const { code, stdout } = await site.call([...carryOut, '--backout-on-failure', '--json']);
    expect([code, JSON.parse(stdout).backout, site.runs.length]).toEqual([0, null, 1]);
  });

  test('--backout-on-failure: a backout that fails gives its own exit code, and access stays closed', async () => {
    const site = siteOf();
    site.write('bad', '');
    site.write('sick', '');
    const { code } = await site.call([...carryOut, '--backout-on-failure']);
    expect([code, site.read('access')]).toEqual([1, 'closed\n']);
  });

  test('--backout-on-failure: what could not be taken back is refused before anything is changed', async () => {
    const site = siteOf(
      change.replace("atomic: true, backout: [{ run: 'echo no >> undone' }]", 'irreversible: gone is gone'),
    );
    const { code, stderr } = await site.call([...carryOut, '--backout-on-failure']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('gone is gone')]);
    expect([site.runs.length, site.read('flag')]).toEqual([0, '']);
  });

  test('a dry run changes nothing and is in no ledger', async () => {
    const site = siteOf();
    const { code } = await site.call(['change', 'run', 'change.yaml', '--dry-run', '--backout-on-failure']);
    expect([code, site.read('flag')]).toEqual([0, '']);
    expect((await site.call(['change', 'status', 'CHG1'])).code).toBe(2);
  });

  test('killed in the middle: what was in flight is unknown, and a resume carries it on', async () => {
    const site = siteOf(change.replace('test ! -e bad', ': > begun; until [ -e go ]; do sleep 0.01; done'));
    const first = site.start(carryOut);
    await site.appeared('begun');
    first.signal('SIGKILL');
    await first.ended;
    const { stdout } = await site.call(['change', 'status', 'CHG1']);
    expect(stdout).toMatch(/flag: done[\s\S]*last: begun, its end is not known/);
    expect((await site.call(takeBack)).code).toBe(5);
    site.write('go', '');
    expect((await site.call(['resume'])).code).toBe(0);
    expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain('4 of 4 steps done');
  });
});

describe('backout run --change', () => {
  test('takes back what a run has done, with the values it was done with', async () => {
    const site = siteOf();
    await site.call([...carryOut, '--param', 'tag=v7']);
    const { code, stderr } = await site.call(takeBack);
    expect([code, site.read('flag'), site.read('data'), site.read('undone')]).toEqual([0, '', '', 'no\n']);
    expect(stderr).toContain('Backed out');
  });

  test('a second time there is nothing to take back: exit 0, no run', async () => {
    const site = siteOf();
    await site.call(carryOut);
    await site.call(takeBack);
    const { code, stderr } = await site.call(takeBack);
    expect([code, stderr, site.runs.length]).toEqual([0, expect.stringContaining('Nothing of CHG1 is left'), 2]);
    const json = await site.call([...takeBack, '--json', '--once']);
    expect([json.code, JSON.parse(json.stdout).status, site.runs.length]).toEqual([0, 'succeeded', 2]);
  });

  test('taken back, it can be carried out again', async () => {
    const site = siteOf();
    await site.call(carryOut);
    await site.call(takeBack);
    expect((await site.call(carryOut)).code).toBe(0);
    expect((await site.call(takeBack)).code).toBe(0);
    expect(site.runs).toHaveLength(4);
  });

  test('after a backout that failed its exit code stands', async () => {
    const site = siteOf();
    site.write('sick', '');
    await site.call(carryOut);
    expect((await site.call(takeBack)).code).toBe(1);
    const { code, stderr } = await site.call(takeBack);
    expect([code, stderr]).toEqual([1, expect.stringContaining('took it back and ended FAILED: ')]);
  });

  test('takes back what a pipeline has recorded', async () => {
    const site = siteOf();
    site.write('flag', 'v1\n');
    await site.call(['change', 'record', 'change.yaml', 'flag', 'done', '--output', 'was=v1']);
    expect([(await site.call(takeBack)).code, site.read('flag')]).toEqual([0, '']);
    expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain('flag: taken back');
  });

  test('a person who leaves out the undo of a step that took no effect has settled it', async () => {
    const site = siteOf();
    await site.call(['change', 'record', 'change.yaml', 'flag', 'started']);
    await site.call(['change', 'record', 'change.yaml', 'flag', 'started', '--output', 'was=v1']);
    expect((await site.call(takeBack)).code).toBe(3);
    const run = site.runs[0] ?? '';
    expect((await site.call(['skip', run, 'undo-flag', '--reason', 'no effect'])).code).toBe(3);
    expect((await site.call(['confirm', run, 'look-flag'])).code).toBe(6);
    expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain('flag: left as it is');
  });

  test('--dry-run looks only: nothing is taken back or written down', async () => {
    const site = siteOf();
    await site.call(carryOut);
    const { code, stderr } = await site.call(['run', '--change', 'CHG1', '--dry-run']);
    expect([code, site.read('flag')]).toEqual([0, 'v1\n']);
    expect(stderr).toContain('to do it for real: backout run --change CHG1');
    expect((await site.call(takeBack)).code).toBe(0);
  });

  test.each([
    [['run', '--yes'], /backout run needs PLAYBOOK/],
    [['run', '--change', 'CHG9', '--yes'], /nothing is recorded of a change CHG9/],
    [['run', '--change', 'CHG1', 'playbook.yaml', '--yes'], /does not take "playbook.yaml"/],
    [['run', '--change', 'CHG1', '--irreversible', 'maybe'], /neither ask nor refuse/],
    [['run', '--change', 'CHG1', '--accept-edited', '--yes'], /--accept-edited needs --reason/],
    [['run', 'change.yaml', '--yes'], /change\.yaml is a change/],
  ])('%p is refused', async (call, message) => {
    const site = siteOf();
    await site.call(carryOut);
    const { code, stderr } = await site.call(call);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(site.runs).toHaveLength(1);
  });
});

test('--once --backout-on-failure: a caller whose engine was killed in the backout takes that up', async () => {
  const site = siteOf();
  site.write('bad', '');
  site.write(
    'playbook.yaml',
    frame.replace("run: 'rm data'", "run: ': > going; until [ -e go ]; do sleep 0.01; done; rm data'"),
  );
  const call = [...carryOut, '--once', '--backout-on-failure'];
  const first = site.start(call);
  await site.appeared('going');
  first.signal('SIGKILL');
  await first.ended;
  site.write('go', '');
  expect((await site.call(call)).code).toBe(8);
  expect([site.runs.length, site.read('access'), site.read('flag')]).toEqual([2, 'closed\nopen\n', '']);
  expect([(await site.call(call)).code, site.runs.length]).toEqual([8, 2]);
});
