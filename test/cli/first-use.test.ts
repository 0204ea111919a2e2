/** What a stranger types first: init, lint, help. */
import { expect, jest, test } from '@jest/globals';
import { commands } from '../../src/cli/command-table.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

test('a plan shows what an adapter would do in its own words', async () => {
  const site = new Site(`
name: shop
phases:
  restore:
    - { id: home-page, uses: http, with: { url: 'http://127.0.0.1:1/health', expect: { status: 200 } } }
`);
  const { code, stdout } = await site.call(['plan', 'playbook.yaml']);
  expect(code).toBe(0);
  expect(stdout).not.toContain('http {');
  expect(stdout).toMatch(/ GET http:\/\/127\.0\.0\.1:1\/health/);
});

test('lint names a script that is not there, on stdout', async () => {
  const site = new Site('name: shop\nphases:\n  restore:\n    - { id: swap, script: scripts/swap.mjs }\n');
  const { code, stdout, stderr } = await site.call(['lint', 'playbook.yaml']);
  expect([code, stderr]).toEqual([2, '']);
  expect(stdout).toMatch(/^playbook\.yaml:4:\d+: error: step swap: there is no readable script scripts\/swap\.mjs/m);
  site.write('scripts/swap.mjs', '');
  expect((await site.call(['lint', 'playbook.yaml'])).code).toBe(0);
});

test('help is found by the first word of a command of two', async () => {
  const site = new Site();
  const audit = await site.call(['audit', '--help']);
  expect([audit.code, audit.stdout]).toEqual([0, expect.stringContaining('Usage: backout audit verify RUN|FILE')]);
  const runs = await site.call(['runs', '--help']);
  expect(runs.stdout).toContain('See also: backout runs prune --help');
});

test('the logs of many steps are printed without a warning of the program’s own', async () => {
  const steps = Array.from({ length: 16 }, (_, n) => `    - { id: s${n}, run: echo said-${n} }`).join('\n');
  const site = new Site(`name: shop\nphases:\n  restore:\n${steps}\n`);
  expect((await site.call(['run', 'playbook.yaml', '--yes'])).code).toBe(0);
  const { code, stdout, stderr } = await site.call(['logs', site.runs[0] ?? '']);
  expect([code, stderr]).toEqual([0, '']);
  for (let n = 0; n < 16; n += 1) expect(stdout).toContain(`said-${n}\n`);
});

test('the help shows every command once, under a title', async () => {
  const { stdout } = await new Site().call(['--help']);
  const shown = stdout.split('\n').flatMap((line) => /^ {2}([a-z]+(?: [a-z]+)?)(?: [[A-Z]| {2})/.exec(line)?.[1] ?? []);
  expect(shown.toSorted()).toEqual(
    commands
      .filter(({ hidden }) => hidden === undefined)
      .map(({ name }) => name)
      .toSorted(),
  );
  expect(stdout).not.toMatch(/^More$/m);
});
