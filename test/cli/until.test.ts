/** `until` with the real program: what was measured bad, and what could not be measured, end it apart. */
import { expect, jest, test } from '@jest/globals';
import { webServer } from '../adapters/rig/servers.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const shop = (step: string, until: string) => `
name: shop
phases:
  health-checks:
    - { id: page, ${step}, until: { every: 1ms, within: 50s, ${until} } }
`;
const run = ['run', 'playbook.yaml', '--yes'];
const count = 'echo x >> asked; ';

test.each([
  ['bad exit codes', `run: '${count}exit 3'`, 'failures: 2', 'exit', 'failing', /limit of 2 bad answers was reached/],
  ['a killed check', `run: '${count}kill -9 $$'`, 'errors: 2', 'signal', 'unknown', /2 answers in a row/],
  ['no program', `uses: command, with: { argv: [./none] }`, 'errors: 2', 'spawn', 'unknown', /2 could not be measured/],
  ['nobody there', `uses: http, with: { url: 'http://127.0.0.1:9' }`, 'errors: 2', 'error', 'unknown', /refused/],
])('%s', async (_, step, until, kind, health, words) => {
  const site = new Site(shop(step, until));
  const { code, stderr } = await site.call(run);
  expect(code).toBe(1);
  expect(site.events('step.failed')).toMatchObject([{ class: kind }]);
  expect(stderr).toMatch(words);
  if (step.includes('asked')) expect(site.read('asked')).toBe('x\nx\n');
  expect((await site.status()).truth.health).toBe(health);
});

test('a program that is not there ends it at once where nobody counts on it', async () => {
  const site = new Site(shop('uses: command, with: { argv: [./none] }', 'successes: 2'));
  expect((await site.call(run)).code).toBe(1);
  expect(site.events('step.failed')).toMatchObject([{ class: 'spawn' }]);
});

test('what stays inconclusive is journaled and worded as that, and leaves health unknown', async () => {
  const { url } = await webServer(() => ({ body: '{"status":"success","data":{"resultType":"vector","result":[]}}' }));
  const uses = `uses: prometheus/query, with: { url: '${url}', query: errors, expect: '< 1' }`;
  const site = new Site(shop(uses, 'errors: 2'));
  expect((await site.call(run)).code).toBe(1);
  expect(site.events('step.failed')).toMatchObject([{ class: 'inconclusive' }]);
  expect((await site.status()).truth.health).toBe('unknown');
  expect((await site.call(['status'])).stdout).toMatch(/failed \(inconclusive\) after .*no data/s);
  const junit = (await site.call(['report', '--format', 'junit'])).stdout;
  expect(junit).toMatch(/<error message="failed \(inconclusive\)[^>]* type="inconclusive">/);
});
