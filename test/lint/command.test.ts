/** `backout lint` as it is typed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const small = 'name: x\nphases:\n  restore:\n    - run: ./restore\n      timeout: 10m\n';
const unknownRisk = 'Checked as a low-risk change; say change: { risk: low }, medium or high.\n0 errors, 0 warnings\n';

test('five lines are enough for a small change; a greater risk asks for more and refuses a restore alone', async () => {
  const site = new Site(small);
  expect(await site.call(['lint', 'playbook.yaml'])).toMatchObject({ code: 0, stdout: unknownRisk, stderr: '' });
  const { code, stdout } = await site.call(['lint', '--risk', 'medium', 'playbook.yaml']);
  expect(code).toBe(2);
  expect(stdout).toMatch(
    /^playbook\.yaml:4:5: error: the playbook has nothing but its restore steps \(restore-alone\)$/m,
  );
  expect(stdout).toMatch(/^Checked as a medium-risk change, as --risk says\.\n1 error, 5 warnings, 2 notes\n$/m);
});

test('warnings leave with 0, or with 2 where that is asked for; notes never do', async () => {
  const site = new Site(`${small}`.replace('run: ./restore', 'run: PGPASSWORD=tiger ./restore'));
  expect((await site.call(['lint', 'playbook.yaml'])).code).toBe(0);
  expect((await site.call(['lint', '--fail-on', 'warning', 'playbook.yaml'])).code).toBe(2);
  site.write('noted.yaml', `${small}lint: { no-goals: { level: note, reason: ours } }\n`);
  const noted = await site.call(['lint', '--fail-on', 'warning', 'noted.yaml']);
  expect([noted.code, noted.stdout]).toEqual([0, expect.stringContaining('0 errors, 0 warnings, 1 note\n')]);
});

test('every form is one document on stdout', async () => {
  const site = new Site(small);
  const lint = async (...flags: readonly string[]) =>
    (await site.call(['lint', '--risk=high', 'playbook.yaml', ...flags])).stdout;
  const rules = JSON.parse(await lint('--json')).map(({ rule }: { readonly rule: string }) => rule);
  expect(rules).toContain('no-scope');
  expect(JSON.parse(await lint('--format', 'json')).map(({ rule }: { readonly rule: string }) => rule)).toEqual(rules);
  const [run] = JSON.parse(await lint('--format=sarif')).runs;
  expect(run.results.map(({ ruleId }: { readonly ruleId: string }) => ruleId)).toEqual(rules);
  const github = (await lint('--format=github')).trimEnd().split('\n');
  expect(github.map((line) => /title=([^:]*)::/.exec(line)?.[1])).toEqual(rules);
});

test('broken YAML and missing scripts are told in every form', async () => {
  const site = new Site('name: x\n  phases: [\n');
  for (const format of ['text', 'json', 'sarif', 'github']) {
    const { code, stdout } = await site.call(['lint', '--format', format, 'playbook.yaml']);
    expect([code, stdout]).toEqual([2, expect.stringContaining('not valid YAML')]);
  }
});

test.each([
  [['--format', 'xml', 'playbook.yaml'], /--format xml is none of text, json, sarif, github/],
  [['--risk', 'huge', 'playbook.yaml'], /--risk huge is none of low, medium, high/],
  [['--json', '--format', 'sarif', 'playbook.yaml'], /two forms/],
  [['--rules', '--format', 'sarif'], /the rules are not listed as sarif/],
  [[], /needs PLAYBOOK/],
])('backout lint %j is refused', async (args, said) => {
  const { code, stdout, stderr } = await new Site(small).call(['lint', ...args]);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(said)]);
});

test('the rules are listed without a playbook', async () => {
  const { code, stdout } = await new Site().call(['lint', '--rules']);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^no-steps \(.*\)\n {2}The playbook has a step\.\n {2}Why: /),
  ]);
});

test('the shipped playbooks lack nothing but a rehearsal on this machine', async () => {
  const names = readdirSync(join(root, 'playbooks'));
  expect(names.length).toBeGreaterThan(5);
  const { code, stdout } = await new Site().call([
    'lint',
    '--json',
    ...names.map((name) => join(root, 'playbooks', name)),
  ]);
  const found: readonly { readonly rule: string }[] = JSON.parse(stdout);
  expect([code, found.map(({ rule }) => rule)]).toEqual([0, names.map(() => 'no-fresh-rehearsal')]);
});

test('a playbook of 5,000 steps is judged in seconds', async () => {
  const steps = Array.from(
    { length: 5_000 },
    (_, n) =>
      `    - { id: s${n}, owner: o, run: restore ${n}, timeout: 1m, needs: [${n > 1 ? `s${n - 1}, s${n - 2}` : ''}] }`,
  );
  const site = new Site(
    `name: big\nchange: { risk: high }\ntimeBudget: 1h\nphases:\n  restore:\n${steps.join('\n')}\n`,
  );
  const { code, stdout } = await site.call(['lint', 'playbook.yaml']);
  expect([code, stdout]).toEqual([2, expect.stringMatching(/\n1 error, 100\d\d warnings\n$/)]);
  expect(stdout).toContain('(by s4999) make 83 h 19 min (budget-below-timeouts)');
});
