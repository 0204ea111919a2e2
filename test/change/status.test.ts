/** What `change status` and the head of a derived playbook say is true, also half-way and the second time. */
import { spawnSync } from 'node:child_process';
import { expect, jest, test } from '@jest/globals';
import { program } from '../rig/built.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const change = `kind: Change
id: CHG1
system: shop
steps:
  - { id: one, run: 'true', backout: [{ run: test ! -e sick }] }
  - { id: two, run: 'true', backout: [{ run: 'true' }] }
  - { id: three, run: 'true', atomic: true, backout: [{ run: 'true' }] }
`;

function siteOf(text = change): Site {
  const site = new Site();
  site.write('change.yaml', text);
  return site;
}

const status = async (site: Site): Promise<string> => (await site.call(['change', 'status', 'change.yaml'])).stdout;
const record = (site: Site, ...words: readonly string[]) => site.call(['change', 'record', 'CHG1', ...words]);
const takeBack = ['run', '--change', 'change.yaml', '--yes'];

test('the count is of done steps of the file; what failed, is unknown, or is no step of it is not among them', async () => {
  const site = siteOf();
  await record(site, 'one', 'done');
  await record(site, 'two', 'started');
  await record(site, 'three', 'failed');
  expect(await status(site)).toMatch(/^Change CHG1: 1 of 3 steps done; 1 failed; 1 begun, the end not known\.\n/);
  await record(site, 'typo', 'done');
  await record(site, 'typo', 'void', '--reason', 'mistyped');
  expect(await status(site)).toMatch(/^Change CHG1: 1 of 3 steps done;/);
});

test('a backout that failed has not taken the change back, and one that waits has not yet', async () => {
  const site = siteOf();
  site.write('sick', '');
  await site.call(['change', 'run', 'change.yaml', '--yes']);
  expect((await site.call(takeBack)).code).toBe(1);
  expect(await status(site)).toContain(`Not taken back as a whole by run ${site.runs[0]}`);
  const waiting = siteOf(change.replace("backout: [{ run: 'true' }]", 'backout: [{ manual: do it }]'));
  await record(waiting, 'two', 'done');
  expect((await waiting.call(takeBack)).code).toBe(3);
  const [run] = waiting.runs;
  const told = await status(waiting);
  expect(told).toContain(`Being taken back by run ${run}, which has not ended`);
  expect(told).toContain(`Do it when run ${run} has ended`);
  expect(told).not.toContain('Do it:  backout');
});

test('where all was undone and the backout ended badly, that is said, and by which run', async () => {
  const site = siteOf(change.replace('steps:', 'frame: ./playbook.yaml\nsteps:'));
  site.write('playbook.yaml', "name: shop\nphases: { health-checks: [{ id: ok, run: 'test ! -e ill' }] }\n");
  await site.call(['change', 'run', 'change.yaml', '--yes']);
  site.write('ill', '');
  expect((await site.call(takeBack)).code).toBe(1);
  const [run] = site.runs;
  expect(await status(site)).toContain(`Nothing of it is left to take back, but run ${run} ended badly`);
  const again = await site.call(takeBack);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(`Run ${run} took it back and ended FAILED:`)]);
});

test('the run of a change that was taken back since says so, and what is refused names what is not', async () => {
  const site = siteOf(change.replace("three, run: 'true'", "three, run: 'false'"));
  expect((await site.call(['change', 'run', 'change.yaml', '--yes'])).code).toBe(1);
  const [carriedOut = ''] = site.runs;
  expect((await site.call(['status', carriedOut])).stdout).not.toContain('takes change');
  expect((await site.call(takeBack)).code).toBe(0);
  const by = site.runs.find((run) => run !== carriedOut);
  const { stdout } = await site.call(['status', carriedOut]);
  expect(stdout).toMatch(new RegExp(`^shop: run ${by} takes change CHG1 back since, or has`));
  expect(stdout).toContain('\nNext, for what has become of it: backout change status CHG1\n');
  expect(stdout).not.toContain('backout retry');
  expect(JSON.parse((await site.call(['status', carriedOut, '--json'])).stdout)).toMatchObject({ takenBackBy: by });
  expect((await site.call(['report', carriedOut])).stdout).toContain(`| Taken back, or being, by run | ${by} |`);
  const retry = await site.call(['retry', carriedOut, 'three']);
  expect([retry.code, retry.stderr]).toEqual([2, expect.stringContaining('backout change run ')]);
});

test('while the change itself is carried out, what to type is not what would be refused', async () => {
  const site = siteOf(change.replace("id: three, run: 'true'", 'id: three, manual: do it'));
  expect((await site.call(['change', 'run', 'change.yaml', '--yes'])).code).toBe(3);
  expect(await status(site)).toMatch(
    /Being carried out by run .*\n[\s\S]*Do it when run .* has ended \(backout resume/,
  );
});

test('what was taken back before is not called not begun', async () => {
  const site = siteOf();
  await record(site, 'one', 'done');
  await record(site, 'two', 'done');
  site.write('sick', '');
  expect((await site.call(takeBack)).code).toBe(1);
  const { stdout, stderr } = await site.call(['derive', 'change.yaml', '--ledger']);
  for (const text of [stdout, stderr]) {
    expect(text).toContain('two is not taken back: it was taken back already.');
    expect(text).not.toMatch(/two .*not begun/);
    expect(text).toContain('three is not taken back: it was not begun.');
  }
});

test('of thousands of steps that were not begun there is one line, behind what matters', async () => {
  const many = Array.from(
    { length: 2000 },
    (_, n) => `  - { id: s${n}, run: 'true', backout: [{ run: 'true' }] }\n`,
  ).join('');
  const site = siteOf(`kind: Change\nid: CHG1\nsystem: shop\nsteps:\n${many}`);
  await record(site, 's7', 'failed');
  const { stderr } = await site.call(['derive', 'change.yaml', '--ledger']);
  expect(stderr.trimEnd().split('\n').slice(-2)).toEqual([
    's7 failed: it is taken back as perhaps done in part.',
    '1999 steps are not taken back: they were not begun (s0, s1, s2 and 1996 more).',
  ]);
});

test('what is wrong with the file is shown line by line', async () => {
  const site = new Site();
  site.write('change.yaml', "kind: Change\nid: CHG1\nsystem: s\nsteps: [{ id: a, run: 'true', backout: [] }]\n");
  await site.call(['change', 'record', 'change.yaml', 'a', 'done']);
  site.write('change.yaml', 'kind: Change\nid: CHG1\nframe: gone.yaml\nsteps: [{ id: a, run: x, backout: [] }]\n');
  const { stdout } = await site.call(['change', 'status', 'CHG1']);
  expect(stdout).toMatch(/the frame gone\.yaml is not there \(missing-frame\)\n +3 \|/);
});

test('a step that failed and is atomic does not make a good backout a bad one', async () => {
  const site = siteOf();
  site.write(
    'change.yaml',
    `kind: Change
id: CHG1
system: shop
steps:
  - { id: a, run: 'true', backout: [{ run: 'true' }] }
  - { id: d, run: 'exit 1', atomic: true, backout: [{ run: 'true' }] }
`,
  );
  expect((await site.call(['change', 'run', 'change.yaml', '--yes', '--backout-on-failure'])).code).toBe(8);
  const [run] = site.runs;
  expect(await status(site)).toContain(`\nTaken back by run ${run}: `);
  expect(JSON.parse((await site.call(['change', 'status', 'CHG1', '--json'])).stdout).backoutEnd).toBe('well');
  site.write('change.yaml', 'nothing');
  expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain(`\nTaken back by run ${run}: `);
});

test('what could not be printed is no success', async () => {
  const site = siteOf();
  await record(site, 'two', 'done');
  const status = spawnSync(
    'sh',
    ['-c', 'exec "$0" "$1" change status CHG1 --json > /dev/full', process.execPath, program],
    {
      cwd: site.folder,
      env: site.environment(),
      encoding: 'utf8',
    },
  );
  expect([status.status, status.stderr]).toEqual([2, expect.stringContaining('could not be written (ENOSPC)')]);
});
