/** Looking without touching (P10), and what is read off runs afterwards: lists, logs, reports. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const dry = ['run', 'playbook.yaml', '--dry-run'];
const playbook = (url: string) => `
name: shop
phases:
  disable-access: [{ id: close, run: 'touch touched' }]
  restore: [{ id: copy, uses: files/restore, with: { source: backup, target: shop } }]
  health-checks: [{ id: port, uses: tcp, with: { host: 127.0.0.1, port: 1 } }]
  enable-access: [{ id: open, manual: '${url}' }]
`;

test('nothing is done, what cannot be checked is listed, and the run bears its own mark', async () => {
  const site = new Site(playbook('Open the gate'));
  site.write('backup/order', '1');
  site.write('shop/order', '2');
  const { code, stdout, stderr } = await site.call([...dry, '--json']);
  const view = JSON.parse(stdout);
  expect([code, view.mode, view.status, view.exitCode]).toEqual([0, 'dry-run', 'simulated', 0]);
  expect([site.read('touched'), site.read('shop/order')]).toEqual(['', '2']);
  expect(stderr).toMatch(/could not be checked|uncovered/i);
  const steps = view.phases.flatMap((phase: { steps: unknown[] }) => phase.steps);
  for (const step of steps)
    expect(step).toMatchObject({ status: 'simulated', attempts: [{ n: 1, outcome: 'simulated' }] });
  expect(site.events('run.began')[0]?.mode).toBe('dry-run');
  expect((await site.call(['audit', 'verify', view.run])).stdout).toMatch(/Intact and closed/);
});

test('a preflight that fails is exit 1, and says what is missing', async () => {
  const site = new Site(playbook('Open the gate'));
  const { code, stderr } = await site.call(dry);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/backup/)]);
  expect(await site.status()).toMatchObject({ status: 'simulated', exitCode: 1 });
});

test('it takes no lock: it runs beside a real run', async () => {
  const site = new Site(`
name: shop
phases: { restore: [{ id: wait, run: ': > begun; until [ -e go ]; do sleep 0.01; done' }] }
`);
  const engine = site.start(['run', 'playbook.yaml', '--yes']);
  await site.appeared('begun');
  expect((await site.call(dry)).code).toBe(0);
  site.write('go', '');
  expect((await engine.ended).code).toBe(0);
});

test('runs, logs, report and prune', async () => {
  const site = new Site(`
name: shop
phases: { restore: [{ id: talk, run: 'echo out & echo err >&2; wait' }, { id: bad, run: 'echo "<&> bad" >&2; exit 3' }] }
`);
  expect((await site.call(['run', 'playbook.yaml', '--yes'])).code).toBe(1);
  const id = site.runs[0] ?? '';
  expect(JSON.parse((await site.call(['runs', '--json'])).stdout)).toMatchObject([{ run: id, status: 'failed' }]);
  expect((await site.call(['runs'])).stdout).toContain(id);
  expect((await site.call(['logs', id, 'talk'])).stdout).toMatch(/stdout\nout\n[\s\S]*stderr\nerr\n/);
  expect((await site.call(['logs', id, 'nosuch'])).code).toBe(2);
  expect((await site.call(['report', id, '--format', 'md'])).stdout).toMatch(/^# [\s\S]*exit code 3/);
  expect(JSON.parse((await site.call(['report', id, '--format', 'json'])).stdout)).toMatchObject({ run: id });
  const junit = (await site.call(['report', id, '--format', 'junit'])).stdout;
  expect(junit).toMatch(/^<\?xml[\s\S]*<testsuites?[\s\S]*<failure/);
  expect(junit).not.toMatch(/<&>/);
  expect((await site.call(['report', id, '--format', 'pdf'])).code).toBe(2);
  expect((await site.call(['runs', 'prune', '--older-than', '1h', '--yes'])).code).toBe(0);
  expect(site.runs).toEqual([id]);
  expect((await site.call(['runs', 'prune', '--older-than', '0s'])).code).toBe(2);
  expect((await site.call(['runs', 'prune', '--older-than', '0s', '--yes'])).code).toBe(0);
  expect(site.runs).toEqual([]);
});
