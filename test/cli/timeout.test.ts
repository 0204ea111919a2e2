/** P6 with the real program: nothing survives its timeout, and nothing starts beside what does. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const forever = 'while :; do sleep 0.05; done';
const shop = (step: string) => `
name: shop
phases:
  restore:
    - { id: first, timeout: 400ms, grace: 300ms, ${step} }
escalate:
  - { id: page, run: 'echo paged >> page' }
`;
const run = ['run', 'playbook.yaml', '--yes'];

test.each([
  ['a plain program', `run: '${forever}'`],
  ['one that ignores TERM', `run: 'trap "" TERM; ${forever}'`],
  ['grandchildren', `run: '(${forever}) & (trap "" TERM; (${forever}) & ${forever}) & wait'`],
  ['a session of its own', `run: 'setsid sh -c "trap \\"\\" TERM; ${forever}" & wait'`],
  ['one that closed its output', `run: 'exec >/dev/null 2>&1; ${forever}'`],
  ['one whose parent has left', `run: '(setsid sh -c "${forever}" >/dev/null 2>&1 &) ; ${forever}'`],
])('%s is ended, all of it', async (_, step) => {
  const site = new Site(shop(step));
  const { code, stderr } = await site.call(run);
  expect(site.alive.filter((line) => !line.includes('backout-step'))).toEqual([]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/first +timed out/)]);
  expect(site.events('step.timed-out')).toHaveLength(1);
  expect(site.read('page')).toBe('paged\n');
});

test('a retry and a contingency start when the attempt before is gone', async () => {
  const alone = 'mkdir lock && trap "rmdir lock" TERM EXIT; test $(ls -d lock | wc -l) = 1';
  const contingency = `contingency: [{ id: other, run: 'mkdir lock && rmdir lock; echo done >> other' }]`;
  const site = new Site(shop(`run: '${alone}; ${forever}', retry: { attempts: 2, delay: 1ms }, ${contingency}`));
  expect((await site.call(run)).code).toBe(6);
  expect(site.events('step.timed-out').map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(site.read('other')).toBe('done\n');
});

test('a deadline that passed without an engine is kept by the resume, unless it is extended', async () => {
  const playbook = `
name: shop
phases:
  restore:
    - { id: first, timeout: 1s, run: ': > begun; until [ -e go ]; do sleep 0.01; done; echo done >> first' }
`;
  for (const [extend, code] of [
    [['--extend', 'first=1m'], 0],
    [[], 1],
  ] as const) {
    const site = new Site(playbook);
    const engine = site.start(run);
    await site.appeared('begun');
    engine.signal('SIGKILL');
    await engine.ended;
    const { deadline } = await site.recorded('step.started', 'first');
    await site.past(deadline ?? 0);
    const resumed = site.start(['resume', ...extend]);
    await site.recorded('engine.attached');
    if (code === 0) {
      await site.recorded('deadline.extended');
      site.write('go', '');
    }
    expect((await resumed.ended).code).toBe(code);
  }
});

test('what ended while no engine ran is taken as it was, and marked late', async () => {
  const site = new Site(shop(`run: ': > begun; until [ -e go ]; do sleep 0.01; done; exit 3'`).replace('400ms', '1m'));
  const engine = site.start(run);
  await site.appeared('begun');
  engine.signal('SIGKILL');
  await engine.ended;
  site.write('go', '');
  await site.quiet();
  expect((await site.call(['resume'])).code).toBe(1);
  expect(site.events('step.failed')[0]?.end).toMatchObject({ exitCode: 3, late: true });
});

test('output of 1 GiB neither blocks nor fills the disk nor the memory', async () => {
  const site = new Site(`
name: shop
phases:
  restore:
    - { id: first, maxOutput: 1MiB, run: 'head -c 1073741824 /dev/zero | tr "\\\\0" x' }
`);
  expect((await site.call(run)).code).toBe(0);
  expect(site.events('step.succeeded')[0]?.end.stdout).toMatchObject({ bytes: 2 ** 30, cut: 2 ** 30 - 2 ** 20 });
});
