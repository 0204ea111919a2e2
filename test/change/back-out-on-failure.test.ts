/** `--backout-on-failure` by the real program: looked at beforehand, kept by whoever drives the run, told when it cannot be. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const change = `kind: Change
id: CHG1
system: shop
frame: playbook.yaml
steps:
  - { id: one, run: 'echo 1 > one', backout: [{ run: 'rm one' }] }
  - { id: two, run: 'test ! -e bad', atomic: true, backout: [{ run: 'false' }] }
`;
const frame = `name: shop
parameters: { who: { type: string, required: true } }
phases:
  restore: []
  health-checks: [{ id: ok, run: 'test ! -e one' }]
  announce: [{ id: tell, run: 'echo \${{ params.who }} > told' }]
escalate: [{ id: alarm, run: 'echo people must act > alarm' }]
`;

function siteOf(text = change, around = frame): Site {
  const site = new Site(around);
  site.write('change.yaml', text);
  site.write('bad', '');
  return site;
}

const carryOut = ['change', 'run', 'change.yaml', '--yes'];
const takingBack = [...carryOut, '--backout-on-failure'];

describe('before the change begins', () => {
  test('a parameter of the frame that is missing is refused', async () => {
    const site = siteOf();
    const { code, stderr } = await site.call(takingBack);
    expect([code, site.runs.length, site.read('one')]).toEqual([2, 0, '']);
    expect(stderr).toMatch(/parameter who is missing[\s\S]*nothing was done/);
  });

  test('a secret of the frame that is missing is refused', async () => {
    const site = siteOf(change, frame.replace('phases:', 'secrets: { key: { env: NOT_SET } }\nphases:'));
    const { code, stderr } = await site.call([...takingBack, '--param', 'who=me']);
    expect([code, site.runs.length, stderr]).toEqual([2, 0, expect.stringContaining('the secret key is missing')]);
  });

  test('an output that only the change can give is no fault, whatever the way back makes of it', async () => {
    const text = change.replace(
      "run: 'echo 1 > one', backout: [{ run: 'rm one' }]",
      `run: 'echo 1 > one; echo port=80 >> "$BACKOUT_OUTPUT"', backout: [{ run: 'rm one', env: { PORT: "\${{ steps.one.outputs.port.split(':')[0] }}", URL: "\${{ int(steps.one.outputs.port) + 1 }}" } }]`,
    );
    const site = siteOf(text);
    const { code, stderr } = await site.call([...takingBack, '--param', 'who=me']);
    expect([code, stderr]).toEqual([8, expect.stringContaining('Backed out')]);
  });

  test.each([
    ['--irreversible', 'maybe'],
    ['--param', 'who=', '--param', 'nobody=x'],
  ])('%p %p is refused', async (...more) => {
    const site = siteOf();
    const { code } = await site.call([...carryOut, ...more]);
    expect([code, site.runs.length]).toEqual([2, 0]);
  });
});

describe('when the way back cannot begin after all', () => {
  test('exit 1, never 2: people must act, and the escalate steps of the frame tell them', async () => {
    // The step that fails has made the frame ask for what nobody gives.
    const site = siteOf(
      change.replace(
        "'test ! -e bad'",
        '\'echo "secrets: { key: { env: NOT_SET } }" >> playbook.yaml; rm -rf home/changes; ! test -e bad\'',
      ),
    );
    const { code, stderr, stdout } = await site.call([...takingBack, '--param', 'who=me', '--json']);
    expect([code, site.read('alarm'), site.read('one')]).toEqual([1, 'people must act\n', '1\n']);
    expect(stderr).toMatch(/CHG1 FAILED AND WAS NOT TAKEN BACK[\s\S]*People must act now/);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      lastExitCode: 1,
      backout: null,
      escalation: { status: 'failed' },
    });
  });

  test('a backout that comes after the window has ended is not refused for that', async () => {
    const site = siteOf(`${change}windowEnds: 2026-01-01T00:00:00Z\n`);
    const { code } = await site.call([...takingBack, '--param', 'who=me']);
    expect([code, site.read('told')]).toEqual([8, 'me\n']);
  });
});

describe('parameters of the frame', () => {
  test('those given with the change are there when it is taken back, and can be given anew', async () => {
    const site = siteOf();
    expect((await site.call([...carryOut, '--param', 'who=anna'])).code).toBe(1);
    expect((await site.call(['run', '--change', 'CHG1', '--yes'])).code).toBe(0);
    expect(site.read('told')).toBe('anna\n');
    await site.call([...carryOut, '--param', 'who=anna']);
    await site.call(['run', '--change', 'CHG1', '--yes', '--param', 'who=berta']);
    expect(site.read('told')).toBe('berta\n');
  });

  test('a value that the frame does not allow is refused before the change begins', async () => {
    const site = siteOf(change, frame.replace('required: true', 'enum: [anna]'));
    const { code, stderr } = await site.call([...carryOut, '--param', 'who=carl']);
    expect([code, site.runs.length, stderr]).toEqual([2, 0, expect.stringContaining('parameter who is "carl"')]);
  });
});

describe('an interrupted run', () => {
  const waiting = change.replace("'test ! -e bad'", "': > begun; until [ -e go ]; do sleep 0.01; done; test ! -e bad'");

  test('killed: whoever resumes takes it back as the first would have; status says that it was asked for', async () => {
    const site = siteOf(waiting);
    const first = site.start([...takingBack, '--param', 'who=me']);
    await site.appeared('begun');
    first.signal('SIGKILL');
    await first.ended;
    const status = await site.call(['status']);
    expect(status.stdout).toContain('taken back at once when it fails (--backout-on-failure)');
    site.write('go', '');
    const { code, stdout } = await site.call(['resume', '--json']);
    expect([code, site.read('one'), site.read('told')]).toEqual([8, '', 'me\n']);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'change', backout: { takesBack: 'CHG1' }, lastExitCode: 8 });
    expect((await site.call(['resume', site.runs[1] ?? ''])).code).toBe(1);
    expect(site.runs).toHaveLength(2);
  });

  test('left waiting for a person: whoever answers takes it back', async () => {
    const site = siteOf(change.replace('  - { id: two', '  - { id: look, manual: look, backout: [] }\n  - { id: two'));
    expect((await site.call([...takingBack, '--param', 'who=me'])).code).toBe(3);
    const { code } = await site.call(['confirm', site.runs[0] ?? '', 'look']);
    expect([code, site.read('one'), site.read('told')]).toEqual([8, '', 'me\n']);
  });

  test('without the wish nobody takes it back', async () => {
    const site = siteOf(change.replace('  - { id: two', '  - { id: look, manual: look, backout: [] }\n  - { id: two'));
    expect((await site.call(carryOut)).code).toBe(3);
    expect((await site.call(['confirm', site.runs[0] ?? '', 'look'])).code).toBe(1);
    expect([site.runs.length, site.read('one')]).toEqual([1, '1\n']);
  });

  test('a file that was edited meanwhile: exit 1, and people are told', async () => {
    const site = siteOf(change.replace('  - { id: two', '  - { id: look, manual: look, backout: [] }\n  - { id: two'));
    await site.call([...takingBack, '--param', 'who=me']);
    site.write('change.yaml', site.read('change.yaml').replace('rm one', 'rm -f one'));
    const { code, stderr } = await site.call(['confirm', site.runs[0] ?? '', 'look']);
    expect([code, site.read('alarm'), site.read('one')]).toEqual([1, 'people must act\n', '1\n']);
    expect(stderr).toContain('WAS NOT TAKEN BACK');
  });

  test('who is called hears why it could not be taken back', async () => {
    const site = siteOf(
      change.replace('  - { id: two', '  - { id: look, manual: look, backout: [] }\n  - { id: two'),
      frame.replace('echo people must act', 'echo ${{ run.failure }}'),
    );
    await site.call([...takingBack, '--param', 'who=me']);
    site.write('change.yaml', site.read('change.yaml').replace('rm one', 'rm -f one'));
    expect((await site.call(['confirm', site.runs[0] ?? '', 'look'])).code).toBe(1);
    expect(site.read('alarm')).toMatch(/^CHG1 failed and was not taken back: CHG1 is not what was carried out: edited/);
  });

  test('the run that only told people names the way on, and cannot be made to look like a backout', async () => {
    const site = siteOf(change.replace('  - { id: two', '  - { id: look, manual: look, backout: [] }\n  - { id: two'));
    await site.call([...takingBack, '--param', 'who=me']);
    const written = site.read('change.yaml');
    site.write('change.yaml', written.replace('rm one', 'rm -f one'));
    const [carriedOut = ''] = site.runs;
    await site.call(['confirm', carriedOut, 'look']);
    const telling = site.runs.find((run) => run !== carriedOut) ?? '';
    const { stdout } = await site.call(['status', telling]);
    expect(stdout).toMatch(/\nNext, when what kept it from being taken back is mended: backout run --change CHG1\n/);
    for (const again of [
      ['skip', telling, 'take-back', '--reason', 'x'],
      ['retry', telling, 'take-back'],
      ['resume', telling, '--reopen'],
    ]) {
      const { code, stderr } = await site.call(again);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('has nothing to go on with: backout run --change CHG1'),
      ]);
    }
    site.write('change.yaml', written);
    rmSync(join(site.folder, 'bad'));
    expect((await site.call(['retry', carriedOut, 'two'])).code).toBe(0);
    expect(await site.status(carriedOut)).toMatchObject({ status: 'succeeded', kind: 'change' });
  });
});

describe('an output that was never written', () => {
  const lacking = `kind: Change
id: CHG1
system: shop
steps:
  - { id: one, run: 'echo 1 > one', backout: [{ run: 'rm one' }] }
  - { id: deploy, owner: web, run: 'test ! -e bad; echo before=1 >> "$BACKOUT_OUTPUT"', backout: [{ run: 'echo \${{ steps.deploy.outputs.before }} > back' }] }
`.replace('test ! -e bad;', 'test ! -e bad &&');

  test('of the step that failed: a person does that undo, the rest is taken back', async () => {
    const site = siteOf(lacking);
    const { code, stderr } = await site.call(takingBack);
    expect([code, site.read('one')]).toEqual([3, '1\n']);
    expect(stderr).toMatch(/needs the output before of step deploy[\s\S]*record CHG1 deploy failed --output before=…/);
    expect((await site.call(['confirm', site.runs[0] ?? '', 'undo-deploy'])).code).toBe(0);
    expect(site.read('one')).toBe('');
  });

  test('supplied as the message says, it is used', async () => {
    const site = siteOf(lacking);
    await site.call(takingBack);
    await site.call(['reject', site.runs[0] ?? '', 'undo-deploy', '--reason', 'I know it']);
    await site.call(['change', 'record', 'CHG1', 'deploy', 'failed', '--output', 'before=7']);
    expect((await site.call(['run', '--change', 'CHG1', '--yes'])).code).toBe(0);
    expect([site.read('back'), site.read('one')]).toEqual(['7\n', '']);
  });

  test('of a step that is done: derive names it; run --change leaves it to a person', async () => {
    const site = siteOf(lacking);
    await site.call(['change', 'record', 'change.yaml', 'deploy', 'done']);
    const { code, stderr } = await site.call(['derive', 'CHG1', '--ledger']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('record CHG1 deploy done --output before=…')]);
    expect((await site.call(['run', '--change', 'CHG1', '--yes'])).code).toBe(3);
    expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain('undo-deploy');
  });
});

test('--again goes without --once, with a reason', async () => {
  const site = siteOf();
  await site.call([...carryOut, '--param', 'who=me']);
  expect((await site.call([...carryOut, '--again'])).stderr).toContain('--again needs --reason');
  const again = await site.call([...carryOut, '--again', '--reason', 'so', '--param', 'who=me']);
  expect([again.code, site.runs.length]).toEqual([1, 2]);
});

test('a dry run says the whole command that does it for real', async () => {
  const site = siteOf(change.replace("{ run: 'false' }", "{ run: 'true' }"));
  const wishes = [
    '--param',
    'who=me',
    '--backout-on-failure',
    '--irreversible',
    'ask',
    '--once-key',
    'k1',
    '--by',
    'Anna B',
  ];
  const { code, stderr } = await site.call(['change', 'run', 'change.yaml', '--dry-run', ...wishes]);
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /do it for real: backout change run \S+ --param who=me --backout-on-failure --irreversible ask --once-key k1 --by 'Anna B'\n/,
  );
});

test('--once speaks of a change, and takes it back where the first caller asked for that', async () => {
  const site = siteOf();
  await site.call([...takingBack, '--once', '--param', 'who=me']);
  const { code, stderr } = await site.call([...takingBack, '--once', '--param', 'who=me']);
  expect([code, site.runs.length]).toEqual([8, 2]);
  expect(stderr).toContain('This change was begun before');
});

test('a dry run says what would be refused for real', async () => {
  const site = siteOf(change.replace("{ run: 'false' }", "{ run: 'true' }"));
  const dry = ['change', 'run', 'change.yaml', '--dry-run', '--param', 'who=me'];
  expect((await site.call(dry)).stderr).not.toContain('refused');
  expect((await site.call(['change', 'record', 'change.yaml', 'one', 'done'])).code).toBe(0);
  const { code, stderr } = await site.call(dry);
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(
      /\nAs things are it would be refused for real: CHG1 is carried out already, at least in part: one\n {2}Take it back: /,
    ),
  ]);
});
