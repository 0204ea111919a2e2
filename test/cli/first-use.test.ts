/** What a stranger types first: init, lint, help. */
import { spawnSync } from 'node:child_process';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

test('what init writes has no error, and nothing of it succeeds before it is filled in', async () => {
  const site = new Site();
  expect((await site.call(['init'])).code).toBe(0);
  expect(await site.call(['lint', 'playbook.yaml'])).toMatchObject({ code: 0 });
  const { stdout } = await site.call(['plan', 'playbook.yaml', '--json']);
  const { plan } = JSON.parse(stdout);

  const found = JSON.stringify(plan).matchAll(/"echo 'FILL IN[^"]*"/g);
  const commands = [...new Set([...found].map(([text]) => String(JSON.parse(text))))];
  expect(commands).toHaveLength(5);
  for (const command of commands) {
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^FILL IN/)]);
  }
});

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
