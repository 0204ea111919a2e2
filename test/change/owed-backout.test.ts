/** What is owed after a change that was to be taken back on failure: who takes it back, who is told, and how often. */
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const change = `kind: Change
id: CHG1
system: shop
frame: playbook.yaml
steps:
  - { id: one, run: 'echo 1 > one; echo "port=$(cat port)" >> "$BACKOUT_OUTPUT"', backout: [{ run: 'rm one', env: { NEXT: "\${{ int(steps.one.outputs.port) + 1 }}" } }] }
  - { id: look, manual: look, backout: [] }
  - { id: two, run: 'test ! -e bad', atomic: true, backout: [{ run: 'false' }] }
`;
const frame = `name: shop
phases:
  restore: []
  health-checks: [{ id: ok, run: 'test ! -e one' }]
escalate: [{ id: alarm, run: 'echo people must act >> alarm; test ! -e deaf' }]
`;
const short = change.replace('  - { id: look, manual: look, backout: [] }\n', '');

function siteOf(port: string, text = change): Site {
  const site = new Site(frame);
  site.write('change.yaml', text);
  site.write('port', port);
  site.write('bad', '');
  return site;
}

const carryOut = ['change', 'run', 'change.yaml', '--yes', '--backout-on-failure'];
const alarms = (site: Site): number => site.read('alarm').split('\n').length - 1;

describe('people are told that the way back cannot begin', () => {
  const again = [...carryOut, '--once', '--json'];

  test('once, however often the same call comes; JSON has a place for that', async () => {
    const site = siteOf('none', short);
    const first = await site.call(again);
    const second = await site.call(again);
    expect([first.code, second.code, alarms(site), site.runs.length]).toEqual([1, 1, 1, 2]);
    expect(second.stderr).toContain(`People were told of this already, by run ${site.runs[0]}`);
    for (const { stdout } of [first, second]) {
      expect(JSON.parse(stdout)).toMatchObject({
        kind: 'change',
        backout: null,
        escalation: { run: site.runs[0], onlyTells: 'CHG1' },
        lastExitCode: 1,
      });
    }
  });

  test('and shows the run that there is, though the way back lacks by now what it needs', async () => {
    const site = siteOf(
      '80',
      short
        .replace('steps:', 'secrets: { key: { file: ./key } }\nsteps:')
        .replace('env: { NEXT', "env: { KEY: '${{ secrets.key }}', NEXT")
        .replace('test ! -e bad', 'rm key; test ! -e bad'),
    );
    site.write('key', 'secret-of-the-way-back');
    const first = await site.call(again);
    const second = await site.call(again);
    expect([first.code, second.code, alarms(site), site.runs.length]).toEqual([1, 1, 1, 2]);
    expect(JSON.parse(second.stdout)).toMatchObject({ kind: 'change', backout: null, lastExitCode: 1 });
  });

  test('again where a message was not delivered', async () => {
    const site = siteOf('none', short);
    site.write('deaf', '');
    await site.call(again);
    await site.call(again);
    expect(alarms(site)).toBe(2);
  });

  test('again after the change was carried out anew', async () => {
    const site = siteOf('none', short);
    await site.call(carryOut);
    await site.call([...carryOut, '--again', '--reason', 'try']);
    expect(alarms(site)).toBe(2);
  });
});

describe('a backout that is still owed', () => {
  test('status names what takes it back as was asked for, and resume without a run finds it', async () => {
    const site = siteOf('80');
    await site.call(carryOut);
    const [run = ''] = site.runs;
    site.write('change.yaml', change.replace('rm one', 'rm -f one'));
    expect((await site.call(['confirm', run, 'look'])).code).toBe(1);
    site.write('change.yaml', change);
    const status = await site.call(['status', run]);
    expect(status.stdout).toContain(`Next, if it is not taken back by itself: backout resume ${run}`);
    const resumed = await site.call(['resume']);
    expect([resumed.code, site.read('one')]).toEqual([8, '']);
    expect(resumed.stderr).toMatch(
      /^Run \w+ has ended failed; its change was not taken back since\.\n\nCHG1 failed: it is now taken back/,
    );
    const named = await site.call(['resume', run]);
    expect([named.code, named.stderr]).toEqual([
      1,
      expect.stringContaining(`run ${site.runs[0]} takes change CHG1 back`),
    ]);
    expect(named.stderr).not.toContain('not taken back by itself');
    const { code, stderr } = await site.call(['resume']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('there is no run that has not ended')]);
  });

  test('nothing is owed without the wish', async () => {
    const site = siteOf('80', short);
    await site.call(carryOut.slice(0, -1));
    const { code } = await site.call(['resume']);
    expect([code, site.runs.length, site.read('one')]).toEqual([2, 1, '1\n']);
  });
});

test('a change that is stopped is not taken back: its end and its status say so, with the command', async () => {
  const site = siteOf('80');
  await site.call(carryOut);
  const { code, stderr } = await site.call(['stop', site.runs[0] ?? '']);
  const status = await site.call(['status']);
  expect([code, site.read('one'), alarms(site)]).toEqual([4, '1\n', 0]);
  for (const text of [stderr, status.stdout]) {
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'is not taken back by itself, and nobody of its frame is told. To take it back: backout run --change CHG1',
    );
  }
});
