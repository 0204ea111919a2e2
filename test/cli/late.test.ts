/**
 * P4, P6, P8: what ended while no engine ran is taken as it ended, whatever its deadline, and whatever is decided of
 * the run afterwards; and nothing of it is done a second time.
 */
import { existsSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

const playbook = (more: string) => `
name: shop
phases:
  restore:
    - { id: r, run: ': > begun; until [ -e go ]; do sleep 0.01; done; echo done >> r'${more} }
`;

/** The engine is killed; the step ends well by itself, with nobody to see it. */
async function endedAlone(more: string): Promise<Site> {
  const site = new Site(playbook(more));
  const engine = site.start(['run', 'playbook.yaml', '--yes']);
  await site.appeared('begun');
  engine.signal('SIGKILL');
  await engine.ended;
  site.write('go', '');
  await until('its status', () => existsSync(site.runPath('attempts', 'r', '1', 'status')));
  await site.quiet();
  return site;
}

describe('a step that ended well while no engine ran', () => {
  test.each([
    ['a retry', ', timeout: 1s, retry: { attempts: 2, delay: 100ms }'],
    ['a contingency', ", timeout: 1s, contingency: [{ run: 'echo again >> r' }]"],
    ['nothing', ', timeout: 1s'],
  ])('has succeeded, late, also when its deadline is past at the resume; it has %s', async (_, more) => {
    const site = await endedAlone(more);
    const [started] = site.events('step.started');
    await site.past((started?.deadline ?? 0) + 50);
    expect((await site.call(['resume'])).code).toBe(0);
    expect(site.events('step.succeeded')).toMatchObject([{ step: 'r', attempt: 1, end: { late: true, exitCode: 0 } }]);
    expect(site.events('step.timed-out')).toEqual([]);
    expect(site.read('r')).toBe('done\n');
  });

  test.each([
    ['stop', ['stop', '--reason', 'enough'], 'restored'],
    ['abandon', ['abandon', '--reason', 'enough'], 'restored'],
  ])('has succeeded also for %s; a reopened run does not repeat it', async (_, words, data) => {
    const site = await endedAlone('');
    expect((await site.call(words)).code).toBe(4);
    expect(site.events('step.succeeded')).toMatchObject([{ step: 'r', end: { late: true } }]);
    expect((await site.status()).truth.data).toBe(data);
    expect((await site.call(['resume', '--reopen'])).code).toBe(0);
    expect(site.read('r')).toBe('done\n');
  });

  test('is not done again when a stop came before its verification: a person is asked', async () => {
    const site = await endedAlone(", verify: { run: 'true' }");
    expect((await site.call(['stop'])).code).toBe(4);
    expect((await site.status()).truth.data).toBe('unknown');
    expect((await site.call(['resume', '--reopen'])).code).toBe(3);
    const { run } = await site.status();
    expect((await site.call(['confirm', run, 'r'])).code).toBe(0);
    expect(site.read('r')).toBe('done\n');
  });
});

test('an output that a step made a pipe does not hold the engine up', async () => {
  const site = new Site(`
name: shop
phases:
  restore:
    - { id: r, run: 'rm -f "$BACKOUT_OUTPUT"; mkfifo "$BACKOUT_OUTPUT"' }
`);
  const { code } = await site.call(['run', 'playbook.yaml', '--yes']);
  expect(code).toBe(1);
  expect(site.events('step.failed')).toMatchObject([
    { class: 'output', end: { reason: 'BACKOUT_OUTPUT is no plain file any more' } },
  ]);
});

test('a parameter that holds a secret is refused before anything is recorded', async () => {
  const site = new Site(`
name: shop
parameters: { p: { type: string } }
secrets: { token: { env: TOKEN } }
phases:
  restore:
    - { id: r, run: 'true', env: { T: '\${{ secrets.token }}' } }
`);
  const env = { TOKEN: 'sup3r-"secret"' };
  const run = await site.call(['run', 'playbook.yaml', '--yes', '--param', `p=it is ${env.TOKEN}!`], { env });
  expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('the parameter p holds the secret token')]);
  expect(run.stderr).not.toContain('sup3r');
  expect(site.runs).toEqual([]);
});

test('a required message that fails holds the backout', async () => {
  const site = new Site(`
name: shop
phases:
  notify:
    - { id: tell, required: true, run: 'false' }
  restore:
    - { id: r, run: 'echo done >> r' }
`);
  expect((await site.call(['run', 'playbook.yaml', '--yes'])).code).toBe(1);
  expect(site.read('r')).toBe('');
});

test('SIGTERM beside a step that may not be cancelled: people are told all the same, and the step is left', async () => {
  const site = new Site(`
name: shop
phases:
  restore:
    - { id: r, cancellable: false, run: ': > begun; until [ -e go ]; do sleep 0.01; done; echo done >> r' }
escalate:
  - { id: page, run: 'echo told >> told' }
`);
  const engine = site.start(['run', 'playbook.yaml', '--yes']);
  await site.appeared('begun');
  engine.signal('SIGTERM');
  await site.recorded('step.succeeded', 'page');
  expect((await engine.ended).code).toBe(4);
  expect(site.events('engine.left')).toMatchObject([{ owed: ['r is running'] }]);
  site.write('go', '');
  expect((await site.call(['resume'])).code).toBe(4);
  expect([site.read('r'), site.read('told')]).toEqual(['done\n', 'told\n']);
  expect((await site.status()).truth.data).toBe('restored');
});

describe('the time without an engine is not taken from what an engine does itself', () => {
  const pastDeadline = async (site: Site): Promise<void> =>
    site.past((site.events('step.started').at(-1)?.deadline ?? 0) + 50);

  test('a verification begins anew, and has the time of the step', async () => {
    const site = await endedAlone(", timeout: 1s, verify: { run: 'sleep 0.3; echo looked >> v' }");
    await pastDeadline(site);
    expect((await site.call(['resume'])).code).toBe(0);
    expect([site.read('r'), site.read('v')]).toEqual(['done\n', 'looked\n']);
  });

  test('so has a series of checks', async () => {
    const site = new Site(`
name: shop
phases:
  health-checks:
    - { id: h, run: 'echo asked >> h; : > begun', timeout: 1s, until: { successes: 3, every: 300ms, within: 1s } }
`);
    const engine = site.start(['run', 'playbook.yaml', '--yes']);
    await site.appeared('begun');
    engine.signal('SIGKILL');
    await engine.ended;
    await pastDeadline(site);
    expect((await site.call(['resume'])).code).toBe(0);
    expect(site.events('step.timed-out')).toEqual([]);
  });

  test('one that hangs is ended all the same', async () => {
    const site = await endedAlone(", timeout: 1s, grace: 100ms, verify: { run: 'sleep 60' }");
    await pastDeadline(site);
    expect((await site.call(['resume'])).code).toBe(1);
    expect(site.events('step.timed-out')).toMatchObject([{ end: { reason: 'its verification reached the timeout' } }]);
  });

  test('a message without a timeout of its own is not held to the haste of the engine that was told to end', async () => {
    const site = new Site(`
name: shop
phases:
  restore:
    - { id: r, run: ': > begun; sleep 60', grace: 100ms }
escalate:
  - { id: page, run: 'echo paged >> page', verify: { run: ': > looking; until [ -e go ]; do sleep 0.01; done; sleep 0.3' } }
`);
    const engine = site.start(['run', 'playbook.yaml', '--yes']);
    await site.appeared('begun');
    engine.signal('SIGTERM');
    await site.appeared('looking');
    engine.signal('SIGKILL');
    await engine.ended;
    await pastDeadline(site);
    site.write('go', '');
    expect((await site.call(['resume'])).code).toBe(4);
    expect([site.read('page'), site.events('step.timed-out')]).toEqual(['paged\n', []]);
  });

  test('a process that lives past its deadline is ended', async () => {
    const site = new Site(playbook(', timeout: 1s, grace: 100ms'));
    const engine = site.start(['run', 'playbook.yaml', '--yes']);
    await site.appeared('begun');
    engine.signal('SIGKILL');
    await engine.ended;
    await pastDeadline(site);
    expect((await site.call(['resume'])).code).toBe(1);
    expect(site.events('step.timed-out')).toHaveLength(1);
  });
});
