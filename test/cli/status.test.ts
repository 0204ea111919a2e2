/** What is asked at 3 a.m.: the document of a run at every point of its life, as issue and pipelines rely on it. */
import { expect, jest, test } from '@jest/globals';
import type { RunView } from '../../src/views/run-view.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const gate = (name: string) => `: > at-${name}; until [ -e go-${name} ]; do sleep 0.01; done`;
const playbook = `
name: shop-release
system: shop
phases:
  notify: [{ id: tell, run: 'true' }]
  disable-access: [{ id: close, owner: web, run: '${gate('close')}' }]
  restore: [{ id: restore-db, run: '${gate('restore')}' }]
  health-checks: [{ id: home-page, run: '${gate('health')}; test ! -e ill', onFailure: ask }]
  enable-access: [{ id: open, run: '${gate('open')}' }]
  announce: [{ id: announce, run: 'true' }]
roles: { web: { name: Web } }
`;
const run = ['run', 'playbook.yaml', '--yes'];
const phaseNames = ['notify', 'disable-access', 'restore', 'health-checks', 'enable-access', 'announce'];

/** What issue 2 promises to whoever reads the document; a key more is no fault. */
function checkDocument(view: RunView): void {
  expect(view).toMatchObject({ schema: 'backout/run-view/v1', playbook: 'shop-release', system: 'shop' });
  expect(typeof view.run).toBe('string');
  expect(view.head).toMatch(/^[0-9a-f]{64}$/);
  expect(['running', 'waiting', 'succeeded', 'succeeded-with-exceptions', 'failed', 'stopped', 'simulated']).toContain(
    view.status,
  );
  expect(['alive', 'stopped', 'gone', null]).toContain(view.engine);
  expect(view.exitCode === null).toBe(view.engine !== null);
  expect(view.phases.slice(0, 6).map(({ name }) => name)).toEqual(phaseNames);
  for (const phase of view.phases) {
    expect(['pending', 'running', 'succeeded', 'failed', 'skipped']).toContain(phase.status);
    for (const step of phase.steps) {
      expect(step).toMatchObject({ id: expect.any(String), name: expect.any(String) });
      expect([
        'pending',
        'running',
        'retrying',
        'waiting',
        'succeeded',
        'failed',
        'skipped',
        'cancelled',
        'unknown',
        'simulated',
      ]).toContain(step.status);
      for (const { n, outcome, exitCode, signal, startedAt, endedAt } of step.attempts) {
        expect(n).toBeGreaterThan(0);
        expect(['succeeded', 'failed', 'timed-out', 'cancelled', 'unknown', 'simulated', null]).toContain(outcome);
        expect(Number.isFinite(Date.parse(startedAt))).toBe(true);
        expect(endedAt === null || Date.parse(endedAt) >= Date.parse(startedAt)).toBe(true);
        expect([exitCode, signal].every((value) => value !== undefined)).toBe(true);
      }
    }
  }
}

function stepOf(view: RunView, id: string) {
  return view.phases.flatMap(({ steps }) => steps).find((step) => step.id === id);
}

test('the document tells the truth at every point of a run', async () => {
  const site = new Site(playbook);
  const engine = site.start([...run, '--json']);
  const truths = [
    ['close', { access: 'unknown', data: 'untouched', health: 'unknown' }],
    ['restore', { access: 'closed', data: 'restoring', health: 'unknown' }],
    ['health', { access: 'closed', data: 'restored', health: 'unknown' }],
    ['open', { access: 'unknown', data: 'restored', health: 'proven' }],
  ] as const;
  for (const [point, truth] of truths) {
    await site.appeared(`at-${point}`);
    const view = await site.status();
    checkDocument(view);
    expect([point, view.status, view.engine, view.mode]).toEqual([point, 'running', 'alive', 'real']);
    expect([point, view.truth]).toEqual([point, truth]);
    site.write(`go-${point}`, '');
  }
  const { code, stdout } = await engine.ended;
  const view = JSON.parse(stdout) as RunView;
  checkDocument(view);
  expect([code, view.status, view.exitCode, view.engine]).toEqual([0, 'succeeded', 0, null]);
  expect(view.truth).toEqual({ access: 'open', data: 'restored', health: 'proven' });
  expect(view.phases.slice(0, 6).map(({ status }) => status)).toEqual(Array(6).fill('succeeded'));
  expect(stepOf(view, 'close')).toMatchObject({
    owner: 'web',
    attempts: [{ n: 1, outcome: 'succeeded', exitCode: 0 }],
  });
  expect({ ...(await site.status()) }).toEqual(view);
  expect(view.head).toBe(site.entries.at(-1)?.hash);
});

test('a failing check leaves access closed, and the first three lines say what to type', async () => {
  const site = new Site(playbook);
  for (const point of ['close', 'restore', 'health']) site.write(`go-${point}`, '');
  site.write('ill', '');
  const { code, stdout } = await site.call([...run, '--json']);
  const view = JSON.parse(stdout) as RunView;
  checkDocument(view);
  expect([code, view.status, view.engine]).toEqual([3, 'waiting', 'gone']);
  expect(view.truth).toEqual({ access: 'closed', data: 'restored', health: 'failing' });
  expect(stepOf(view, 'home-page')?.status).toBe('waiting');
  const lines = (await site.call(['status'])).stdout.split('\n').slice(0, 3).join('\n');
  expect(lines).toMatch(/closed[\s\S]*restored[\s\S]*fail/);
  expect(lines).toContain(`backout retry ${view.run} home-page`);
  expect(site.read('at-open')).toBe('');
  expect(site.events('step.started').some(({ step }) => step === 'open')).toBe(false);
});

test('status and run exit codes: the state is not the exit code of looking at it', async () => {
  const site = new Site('name: shop\nphases: { restore: [{ id: bad, run: "exit 9" }] }\n');
  const none = await site.call(['status', '--json']);
  expect([none.code, none.stdout, none.stderr]).toEqual([2, '', expect.stringMatching(/no run/)]);
  expect((await site.call(['status', '01JD0000000000000000000000'])).code).toBe(2);
  const { code, stdout, stderr } = await site.call([...run, '--json']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/bad.*exit code 9/);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', exitCode: 1, phases: expect.anything() });
  expect(await site.status()).toMatchObject({ status: 'failed', exitCode: 1 });
  expect(stepOf(await site.status(), 'bad')?.attempts).toMatchObject([
    { n: 1, outcome: 'failed', exitCode: 9, signal: null },
  ]);
});

test('without RUN status shows the latest real run, even after a dry run', async () => {
  const site = new Site('name: shop\nphases: { restore: [{ id: one, run: "true" }] }\n');
  await site.call(['run', 'playbook.yaml', '--dry-run']);
  expect(await site.status()).toMatchObject({ mode: 'dry-run', status: 'simulated' });
  await site.call(run);
  const real = site.runs[0];
  await site.call(['run', 'playbook.yaml', '--dry-run']);
  expect(await site.status()).toMatchObject({ run: real, mode: 'real' });
});
