/** What people say from another terminal, or when no engine runs: it is heard, recorded with who and why, and done. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

const gated = (more = '') => `
name: shop
phases:
  restore:
    - { id: first, run: ': > begun; until [ -e go ]; do sleep 0.01; done; echo done >> first'${more} }
    - { id: second, run: 'echo done >> second' }
escalate:
  - { id: page, run: 'echo paged >> page' }
`;
const failing = (more: string) => `
name: shop
phases:
  restore:
    - { id: first, run: 'test -e good; echo done >> first'${more} }
    - { id: second, run: 'echo done >> second' }
escalate:
  - { id: page, run: 'echo paged >> page' }
`;
const manual = `
name: shop
phases:
  restore:
    - { id: call, manual: 'Call the data centre' }
    - { id: second, run: 'echo done >> second' }
`;
const by = ['--by', 'Ada'];
const run = ['run', 'playbook.yaml', '--yes'];

test('pause, resume and stop reach a living engine from another terminal', async () => {
  const site = new Site(gated());
  const engine = site.start([...run, '--wait']);
  await site.appeared('begun');
  expect(await site.call(['pause', '--reason', 'lunch', ...by])).toMatchObject({ code: 0 });
  site.write('go', '');
  await site.recorded('step.succeeded', 'first');
  expect(await site.status()).toMatchObject({ status: 'waiting', paused: true, engine: 'alive' });
  expect(site.events('step.started')).toHaveLength(1);
  expect(await site.call(['resume', '--reason', 'back', ...by])).toMatchObject({ code: 0 });
  expect((await engine.ended).code).toBe(0);
  for (const type of ['decision.pause', 'decision.resume'] as const) {
    const { login } = site.events('run.began')[0]?.by ?? { login: '' };
    expect(site.events(type)[0]).toMatchObject({ by: { login, claimed: 'Ada' } });
  }
  expect(site.events('decision.pause')[0]?.reason).toBe('lunch');
});

test('off a terminal a paused run is left to whoever resumes it', async () => {
  const site = new Site(gated());
  const engine = site.start(run);
  await site.appeared('begun');
  expect((await site.call(['pause'])).code).toBe(0);
  site.write('go', '');
  expect((await engine.ended).code).toBe(3);
  expect(await site.status()).toMatchObject({ status: 'waiting', paused: true, engine: 'gone' });
  expect((await site.call(['resume'])).code).toBe(0);
  expect(site.read('first') + site.read('second')).toBe('done\ndone\n');
});

test('stop ends what is in flight, tells people, and ends the run as stopped', async () => {
  const site = new Site(gated());
  const engine = site.start(run);
  await site.appeared('begun');
  expect(await site.call(['stop', '--reason', 'wrong shop', ...by])).toMatchObject({ code: 0 });
  expect((await engine.ended).code).toBe(4);
  expect(site.read('page')).toBe('paged\n');
  expect(site.read('first') + site.read('second')).toBe('');
  expect(await site.status()).toMatchObject({ status: 'stopped', exitCode: 4, engine: null });
  expect(site.events('decision.stop')[0]).toMatchObject({ reason: 'wrong shop', by: { claimed: 'Ada' } });
});

test('stop --finish lets the attempt in flight finish', async () => {
  const site = new Site(gated());
  const engine = site.start(run);
  await site.appeared('begun');
  expect(await site.call(['stop', '--finish'])).toMatchObject({ code: 0 });
  site.write('go', '');
  expect((await engine.ended).code).toBe(4);
  expect([site.read('first'), site.read('second')]).toEqual(['done\n', '']);
});

test('a run whose engine was killed is stopped by a call that becomes its engine', async () => {
  const site = new Site(gated());
  const engine = site.start(run);
  await site.appeared('begun');
  engine.signal('SIGKILL');
  await engine.ended;
  const status = await site.call(['status']);
  expect(status.stdout.split('\n').slice(0, 3).join('\n')).toMatch(/Engine gone[\s\S]*backout resume/);
  expect(await site.status()).toMatchObject({ status: 'running', engine: 'gone' });
  expect((await site.call(['stop', '--reason', 'no'])).code).toBe(4);
  expect(site.alive).toEqual([]);
  expect(site.read('page')).toBe('paged\n');
});

test.each([
  ['retry', ['retry', 'RUN', 'first'], 0],
  ['skip', ['skip', 'RUN', 'first', '--reason', 'done by hand'], 6],
] as const)('%s answers a failure that nobody waits for', async (_, words, code) => {
  const site = new Site(failing(', onFailure: ask'));
  expect((await site.call(run)).code).toBe(3);
  expect(await site.status()).toMatchObject({ status: 'waiting', engine: 'gone', exitCode: null });
  site.write('good', '');
  const id = site.runs[0] ?? '';
  const call = await site.call([...words.map((word) => (word === 'RUN' ? id : word)), ...by]);
  expect(call.code).toBe(code);
  expect(site.read('second')).toBe('done\n');
  expect(await site.status()).toMatchObject({ exitCode: code });
});

test.each([
  ['retry', ['retry', 'RUN', 'first'], 0],
  ['skip', ['skip', 'RUN', 'first', '--reason', 'done by hand'], 6],
  ['resume --reopen', ['resume', 'RUN', '--reopen', '--reason', 'disk changed'], 0],
] as const)('%s reopens a run that failed', async (_, words, code) => {
  const site = new Site(failing(''));
  expect((await site.call(run)).code).toBe(1);
  expect(site.read('page')).toBe('paged\n');
  site.write('good', '');
  const id = site.runs[0] ?? '';
  expect(await site.call(words.map((word) => (word === 'RUN' ? id : word)))).toMatchObject({ code });
  expect(site.read('second')).toBe('done\n');
  expect(await site.call(['audit', 'verify', id])).toMatchObject({ code: 0 });
});

test('a skip without a reason is refused, and changes nothing', async () => {
  const site = new Site(failing(''));
  await site.call(run);
  const { length } = site.entries;
  const { code, stderr } = await site.call(['skip', site.runs[0] ?? '', 'first']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/needs a reason/)]);
  expect(site.entries).toHaveLength(length);
});

test('a person step is confirmed when no engine runs, and by another terminal while one waits', async () => {
  const site = new Site(manual);
  expect((await site.call(run)).code).toBe(3);
  expect((await site.call(['confirm', site.runs[0] ?? '', 'call', ...by])).code).toBe(0);
  expect(site.read('second')).toBe('done\n');
  expect(site.events('decision.confirm')[0]).toMatchObject({ step: 'call', by: { claimed: 'Ada' } });

  const engine = site.start([...run, '--wait']);
  await until('the question', () => site.runs.length === 2 && site.events('step.started').length === 1);
  expect(await site.status()).toMatchObject({ status: 'waiting', engine: 'alive' });
  expect((await site.call(['confirm', site.runs[0] ?? '', 'call'])).code).toBe(0);
  expect((await engine.ended).code).toBe(0);
});

test('abandon ends a run that nobody will resume, once its processes are gone', async () => {
  const site = new Site(gated());
  const engine = site.start(run);
  await site.appeared('begun');
  engine.signal('SIGKILL');
  await engine.ended;
  const id = site.runs[0] ?? '';
  const living = await site.call(['abandon', id, '--reason', 'gone']);
  expect([living.code, living.stderr]).toEqual([5, expect.stringMatching(/still lives[\s\S]*backout stop/)]);
  const another = await site.call(run);
  expect([another.code, another.stderr]).toEqual([5, expect.stringContaining(id)]);
  expect(another.stderr).toMatch(/Still living: \d+ \(/);
  site.write('go', '');
  await until('the step is gone', () => site.alive.length === 0);
  expect((await site.call(['abandon', id])).code).toBe(2);
  expect((await site.call(['abandon', id, '--reason', 'gone'])).code).toBe(4);
  expect((await site.call(run)).code).toBe(0);
});

test('of two resumes at once one drives the run, and the other is told who does', async () => {
  const site = new Site(gated());
  const engine = site.start(run);
  await site.appeared('begun');
  engine.signal('SIGKILL');
  await engine.ended;
  const both = [site.start(['resume']), site.start(['resume'])];
  const loser = await Promise.race(both.map((command) => command.ended));
  expect([loser.code, loser.stderr]).toEqual([
    5,
    expect.stringMatching(/(?:has not ended|is driven already)[\s\S]*backout status/),
  ]);
  site.write('go', '');
  const codes = (await Promise.all(both.map((command) => command.ended))).map(({ code }) => code);
  expect(codes.toSorted()).toEqual([0, 5]);
  expect(site.read('first')).toBe('done\n');
});

test('a stopped engine is named with what frees it', async () => {
  const site = new Site(gated());
  const engine = site.start(run);
  await site.appeared('begun');
  engine.signal('SIGSTOP');
  await until('it is stopped', () => site.alive.some((line) => line.includes('backout.js')));
  expect(await site.status()).toMatchObject({ engine: 'stopped', status: 'running' });
  for (const words of [['resume'], ['stop'], run]) {
    const { code, stderr } = await site.call(words);
    expect([code, stderr]).toEqual([5, expect.stringContaining(`kill -CONT ${engine.pid}`)]);
  }
  engine.signal('SIGCONT');
  site.write('go', '');
  expect((await engine.ended).code).toBe(0);
});
