/** `backout doc` as its user calls it: forms, files, what it finds beside the playbook, faults. */
import { expect, jest, test } from '@jest/globals';
import { root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const playbook = `
name: motd
change: { id: CHG7, windowEnds: 2099-01-01T04:00:00Z }
parameters: { release: { type: string, required: true } }
phases:
  restore: [{ id: copy, owner: ops, timeout: 1m, run: 'cp \${{ params.release }} motd' }]
  health-checks: [{ id: same, timeout: 1m, run: 'cmp motd.backup motd' }]
`;
const change = (id: string) => `
apiVersion: backout/v1
kind: Change
id: ${id}
system: motd
steps:
  - id: write-motd
    name: Write the new message
    timeout: 1m
    run: cp new motd
    backout: [{ id: undo, name: Put the old message back, timeout: 1m, run: cp old motd }]
`;
const env = { SOURCE_DATE_EPOCH: '1800000000' };

test('values that were not given stand in, and both the document and stderr say which', async () => {
  const { code, stdout, stderr } = await new Site(playbook).call(['doc', 'playbook.yaml'], { env });
  expect(code).toBe(0);
  expect(stderr).toBe('Values stand in for parameters that were not given, and the document says so: release\n');
  expect(stdout).toContain('> **Note:** This is an example: no value was given for release');
  expect(stdout).toContain('| release | example | ASSUMED: not given |');
  expect(stdout).toContain('# params.release is example');
  expect(stdout).toContain('| Last moment to begin | 2099-01-01 03:53 UTC<br>');
  expect(stdout).toMatch(/\| Made \| 2027-01-15 08:00 UTC by backout \d/);
});

test('the same input gives the same bytes, and no file or run is made', async () => {
  const site = new Site(playbook);
  const args = ['doc', 'playbook.yaml', '--param', 'release=4.1', '--format', 'html'];
  const [one, other] = [await site.call(args, { env }), await site.call(args, { env })];
  expect(one).toEqual(other);
  expect(one.stderr).toBe('');
  expect(one.stdout).toContain('<td><div>4.1</div></td><td><div>given</div></td>');
  expect(site.read('home')).toBe('');
});

test('-o writes the file, in the form that its name says', async () => {
  const site = new Site(playbook);
  const { code, stdout, stderr } = await site.call([
    'doc',
    'playbook.yaml',
    '--param',
    'release=4.1',
    '-o',
    'plan.json',
  ]);
  expect([code, stdout, stderr]).toEqual([0, '', 'Wrote plan.json.\n']);
  expect(JSON.parse(site.read('plan.json'))).toMatchObject({ format: 'backout/document/v1', number: 'CHG7' });
  const lost = await site.call(['doc', 'playbook.yaml', '-o', 'no/such/plan.md']);
  expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('no/such/plan.md cannot be written (ENOENT)')]);
});

test('the change beside the playbook is its implementation plan, where it is the same change', async () => {
  const site = new Site(playbook);
  site.write('change.yaml', change('CHG7'));
  const same = await site.call(['doc', 'playbook.yaml', '--json', '--param', 'release=4.1']);
  expect(JSON.parse(same.stdout).implementation_plan).toContain(
    'How it is taken back: Undone by: Put the old message back',
  );
  site.write('change.yaml', change('CHG8'));
  const other = await site.call(['doc', 'playbook.yaml', '--json', '--param', 'release=4.1']);
  expect(JSON.parse(other.stdout)).toMatchObject({
    implementation_plan: '',
    notes: ['change.yaml is left out: it is of CHG8, and the playbook of CHG7.'],
  });
});

test('a change is no playbook, and it is said what to do', async () => {
  const site = new Site(playbook);
  site.write('change.yaml', change('CHG7'));
  const { code, stderr } = await site.call(['doc', 'change.yaml']);
  expect(code).toBe(2);
  expect(stderr).toContain('change.yaml is a change, not a playbook');
  expect(stderr).toContain('backout derive change.yaml');
});

test('a form or a date that is not known is refused', async () => {
  const site = new Site(playbook);
  expect(await site.call(['doc', 'playbook.yaml', '--format', 'pdf'])).toMatchObject({ code: 2 });
  const date = await site.call(['doc', 'playbook.yaml'], { env: { SOURCE_DATE_EPOCH: 'today' } });
  expect([date.code, date.stderr]).toEqual([
    2,
    expect.stringContaining('SOURCE_DATE_EPOCH is not a number of seconds'),
  ]);
});

test.each(['itil-basic', 'shop-release', 'software-release', 'cloud-failback', 'datacenter-failback', 'many-parts'])(
  '%s: a document in each form',
  async (name) => {
    const site = new Site();
    for (const format of ['md', 'html', 'json']) {
      const { code, stdout } = await site.call(['doc', `${root}/playbooks/${name}`, '--format', format]);
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/\bundefined\b|\[object Object\]|\bNaN\b/);
    }
  },
);
