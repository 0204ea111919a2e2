/** What `backout derive` writes for what a ledger says, and what it says beside it. */
import { describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const change = `kind: Change
id: CHG1
system: shop
risk: high
windowEnds: 2026-11-22T04:00:00Z
summary: Release 4
frame: playbook.yaml
parameters: { tag: { type: string, required: true }, mine: { type: string, required: true } }
steps:
  - { id: one, run: 'echo \${{ params.mine }}', backout: [{ run: 'undo \${{ params.tag }}', owner: web }] }
  - { id: left, needs: [one], run: x, backout: [{ id: unleft, run: x, name: Take left away }] }
  - { id: right, needs: [one], run: x, onUnknown: rerun, backout: [{ id: unright, run: 'x \${{ steps[''right''].outputs.at }}' }] }
  - { id: data, needs: [left, right], run: x, coveredBy: restore-db }
  - { id: mail, run: x, irreversible: a mail is a mail }
`;
const frame = `name: shop-plan
system: shop
goals: [it works]
phases:
  notify: [{ id: tell, run: x }]
  restore: [{ id: restore-db, run: x }, { id: restore-files, run: x }]
  health-checks: [{ id: ok, run: x }]
`;

interface Step {
  readonly id: string;
  readonly needs?: readonly string[];
  readonly name?: string;
  readonly run?: string;
  readonly manual?: string;
  readonly onUnknown?: string;
}

async function siteWith(...words: readonly string[]): Promise<Site> {
  const site = new Site(frame);
  site.write('change.yaml', change);
  for (const word of words) {
    const { code, stderr } = await site.call(['change', 'record', 'change.yaml', ...word.split(' ')]);
    if (code !== 0) throw new Error(stderr);
  }
  return site;
}

async function derived(site: Site, ...more: readonly string[]) {
  const { code, stdout, stderr } = await site.call(['derive', 'change.yaml', ...more]);
  if (code !== 0) throw new Error(stderr);
  const playbook = parse(stdout);
  const steps: readonly Step[] = playbook.phases.restore;
  return { stdout, stderr, playbook, steps, ids: steps.map(({ id }) => id) };
}

const order = ['--ledger'];

describe('backout derive', () => {
  test('without a ledger takes all of it back, in reverse, side by side where it was done so', async () => {
    const { playbook, steps, ids } = await derived(await siteWith(), '--irreversible', 'ask');
    expect(ids).toEqual(['decide-mail', 'restore-db', 'unright', 'unleft', 'undo-one', 'restore-files']);
    const needs = Object.fromEntries(steps.map((step) => [step.id, step.needs]));
    expect(needs).toMatchObject({ unleft: ['restore-db'], 'undo-one': ['unleft', 'unright'] });
    expect([needs['decide-mail'], needs.unright]).toEqual([undefined, undefined]);
    expect(playbook.change).toEqual({
      id: 'CHG1',
      risk: 'high',
      windowEnds: '2026-11-22T04:00:00Z',
      summary: 'Release 4',
    });
    expect([playbook.goals, Object.keys(playbook.phases)]).toEqual([
      ['it works'],
      ['notify', 'restore', 'health-checks'],
    ]);
  });

  test('asks for outputs that only a run can know, and not for parameters that only the steps use', async () => {
    const { playbook, steps } = await derived(await siteWith(), '--irreversible', 'ask');
    expect(Object.keys(playbook.parameters)).toEqual(['tag', 'right-at']);
    expect(steps.find(({ id }) => id === 'unright')?.run).toBe("x ${{ params['right-at'] }}");
  });

  test('leaves out what was not begun, and what is atomic and failed, and says so', async () => {
    const site = await siteWith('one done');
    site.write('change.yaml', change.replace('id: left,', 'id: left, atomic: true,'));
    await site.call(['change', 'record', 'change.yaml', 'left', 'failed']);
    const { ids, stderr, stdout } = await derived(site, ...order);
    expect(ids).toEqual(['undo-one', 'restore-files']);
    const said = [
      'left is not taken back: it failed, and is atomic: it has done nothing.',
      'right is not taken back: it was not begun.',
      'restore-db of the frame is left out: nothing that it covers stands executed.',
    ];
    for (const line of said) expect([stderr, stdout].every((text) => text.includes(line))).toBe(true);
  });

  test('takes a failed step back as perhaps partial', async () => {
    const { steps } = await derived(await siteWith('one done', 'left failed'), ...order);
    expect(steps[0]).toMatchObject({ id: 'unleft', name: 'Take left away (perhaps partial: left failed)' });
  });

  test('asks a person about a step that was begun and not seen to end; rerun takes it back unasked', async () => {
    const { steps, ids } = await derived(await siteWith('left started', 'right started --output at=9'), ...order);
    expect(ids).toEqual(['unright', 'look-left', 'unleft', 'restore-files']);
    expect(steps[0]).toMatchObject({ onUnknown: 'rerun', run: 'x ${{ "9" }}' });
    expect(steps[1]?.manual).toContain('Look whether it took effect');
  });

  test('a step that cannot be taken back is refused with the remedy', async () => {
    const { code, stderr } = await (await siteWith('mail done')).call(['derive', 'change.yaml', '--ledger']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /step mail was executed and cannot be taken back: a mail is a mail[\s\S]*--irreversible ask/,
    );
  });

  test('an output that was not recorded is named, with the command that records it', async () => {
    const { code, stderr } = await (await siteWith('right done')).call(['derive', 'change.yaml', '--ledger']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /needs the output at of step right, and none was recorded[\s\S]*record CHG1 right done --output at=…/,
    );
  });

  test.each([`it's "v1"`, '}}', '${{ params.tag }}', 'a\\b', 'übrig'])(
    'an output %p stays what it is',
    async (value) => {
      const site = await siteWith();
      await site.call(['change', 'record', 'change.yaml', 'right', 'done', '--output', `at=${value}`]);
      site.write('change.yaml', change.replace("run: 'x ${{", "run: 'printf %s > out ${{"));
      const ran = await site.call([
        'run',
        '--change',
        'change.yaml',
        '--yes',
        '--accept-edited',
        '--reason',
        'test',
        '--param',
        'tag=t',
      ]);
      expect(ran.stderr).toContain('unright');
      expect(site.read('out')).toBe(value);
    },
  );

  test('an edited file is refused, naming the steps, until a person accepts it', async () => {
    const site = await siteWith('one done', 'left done');
    site.write('change.yaml', change.replace('Take left away', 'Take it away'));
    const refused = await site.call(['derive', 'CHG1', '--ledger']);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/edited since it was carried out: left\n.*--accept-edited/);
    const accepted = await site.call(['derive', 'CHG1', '--ledger', '--accept-edited', '--reason', 'a better name']);
    expect([accepted.code, accepted.stdout]).toEqual([0, expect.stringContaining('Take it away')]);
  });

  test('a ledger that names steps the change does not have is refused, naming them', async () => {
    const site = await siteWith();
    await site.call(['change', 'record', 'CHG1', 'three', 'done']);
    await site.call(['change', 'record', 'change.yaml', 'one', 'done']);
    const { code, stderr } = await site.call(['derive', 'CHG1', '--ledger']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('no step of the file: three')]);
  });

  test('writes a playbook that lint and plan take', async () => {
    const site = await siteWith('one done', 'left done');
    const { code } = await site.call(['derive', '--ledger', 'CHG1', '-o', 'back.yaml']);
    const plan = await site.call(['plan', 'back.yaml', '--param', 'tag=t']);
    expect([code, plan.code, plan.stdout]).toEqual([0, 0, expect.stringContaining('Take left away')]);
  });

  test('of a change that nothing is recorded of nobody says that nothing is left', async () => {
    const site = await siteWith('one done');
    site.write('other.yaml', change.replace('CHG1', 'CHG2'));
    const { code, stdout, stderr } = await site.call(['derive', 'other.yaml', '--ledger']);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('nothing is recorded of a change CHG2')]);
  });
});

test('what the frame says of restore steps that are left out is left out with them', async () => {
  const site = await siteWith('one done');
  site.write(
    'playbook.yaml',
    `${frame.replace('{ id: ok, run: x }', '{ id: ok, needs: [restore-db], run: x }')}
lint: { no-owner: { level: off, reason: so, steps: [restore-db] } }
policy: { rehearsal: refuse }
rehearsal: { environment: staging, leaveOut: [{ step: restore-db, reason: so }, { step: tell, reason: so }] }
`,
  );
  const { playbook, stderr } = await derived(site, '--ledger', '--accept-edited', '--reason', 'so');
  expect(playbook.phases['health-checks'][0].needs).toEqual([]);
  expect([playbook.lint, playbook.policy, playbook.rehearsal.leaveOut]).toEqual([
    {},
    { rehearsal: 'warn' },
    [{ step: 'tell', reason: 'so' }],
  ]);
  expect(stderr).toContain('so it only warns');
});

test('a change of 3,000 steps is derived', async () => {
  const site = new Site();
  const steps = Array.from({ length: 3000 }, (_, n) => `  - { id: s${n}, run: x, backout: [{ run: y }] }\n`);
  site.write('change.yaml', `kind: Change\nid: CHG1\nsystem: s\nsteps:\n${steps.join('')}`);
  const { code, stdout } = await site.call(['derive', 'change.yaml']);
  expect([code, stdout.match(/- id: undo-/g)?.length]).toEqual([0, 3000]);
});
