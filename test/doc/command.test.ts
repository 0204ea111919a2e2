/** `backout doc` as its user calls it: forms, files, what it finds beside the playbook, faults. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { program, root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';
import { mayMount } from '../runtime/home/scratch.ts';

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

test.each([
  ['the playbook', 'playbook.yaml'],
  ['the playbook by another name', 'link.md'],
  ['the change beside it', 'change.yaml'],
  ['a script of a step', 'undo.mjs'],
  ['the parameters', 'values.yaml'],
])('-o does not write over its inputs: %s', async (_, target) => {
  const site = new Site(playbook.replace("run: 'cp ${{ params.release }} motd'", 'script: undo.mjs'));
  site.write('undo.mjs', '// undoes it\n');
  site.write('values.yaml', 'release: "4.1"\n');
  site.write('change.yaml', change('CHG7'));
  symlinkSync(site.path('playbook.yaml'), site.path('link.md'));
  const before = site.read(target);
  const call = ['doc', 'playbook.yaml', '--params-file', 'values.yaml', '--format', 'md', '-o', target];
  const { code, stderr } = await site.call(call);
  expect([code, stderr]).toEqual([2, expect.stringContaining('is what this is made from')]);
  expect(site.read(target)).toBe(before);
});

test('a name that promises another form is refused', async () => {
  const site = new Site(playbook);
  const { code, stderr } = await site.call(['doc', 'playbook.yaml', '-o', 'plan.pdf']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('a document is not written as pdf')]);
  expect(existsSync(site.path('plan.pdf'))).toBe(false);
});

const mounted = mayMount() ? test : test.skip;

mounted('a full disk leaves the older document whole, no half of a new one, and no exit code 0', async () => {
  const site = new Site(playbook);
  const disk = site.path('small');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', disk]);
  site.atEnd(() => execFileSync('umount', [disk]));
  site.write('small/older.html', 'older');
  site.write('small/ballast', Buffer.alloc(8 * 1024));
  for (const name of ['older.html', 'new.html']) {
    const { code, stderr } = await site.call(['doc', 'playbook.yaml', '-o', `small/${name}`]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('the disk is full (ENOSPC)')]);
  }
  expect(readdirSync(disk)).toEqual(['ballast', 'older.html']);
  expect(site.read('small/older.html')).toBe('older');
  const init = await site.call(['init', 'small/first.yaml', '--yes']);
  expect([init.code, existsSync(join(disk, 'first.yaml'))]).toEqual([2, false]);
  const printed = spawnSync(
    'sh',
    ['-c', `exec "$0" "$1" doc playbook.yaml --format html > small/out.html`, process.execPath, program],
    {
      cwd: site.folder,
      env: site.environment(),
      encoding: 'utf8',
    },
  );
  expect([printed.status, printed.stderr]).toEqual([2, expect.stringContaining('could not be written (ENOSPC)')]);
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
