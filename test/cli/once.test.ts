/** P7: a caller that may come twice gets the run that there is, its document and its exit code. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = `
name: shop
change: { id: CHG0042 }
phases:
  restore:
    - { id: first, run: ': > begun; until [ -e go ]; do sleep 0.01; done; echo done >> first' }
    - { id: second, run: 'echo done >> second; test ! -e bad' }
`;
const once = ['run', 'playbook.yaml', '--yes', '--once', '--json'];

test('while the first runs, the second follows it to its end', async () => {
  const site = new Site(playbook);
  const first = site.start(once);
  await site.appeared('begun');
  const second = site.start(once);
  await second.says('It is not begun a second time');
  site.write('go', '');
  const both = await Promise.all([first.ended, second.ended]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const [one, two] = both.map(({ stdout }) => JSON.parse(stdout));
  expect(two.run).toBe(one.run);
  expect(two.status).toBe('succeeded');
  expect(site.read('first') + site.read('second')).toBe('done\ndone\n');
});

test.each([
  ['', 0],
  ['bad', 1],
])('after its end the second gets its document and exit code%s', async (mark, code) => {
  const site = new Site(playbook);
  site.write('go', '');
  if (mark !== '') site.write(mark, '');
  expect((await site.call(once)).code).toBe(code);
  const again = await site.call(once);
  expect(again.code).toBe(code);
  expect(JSON.parse(again.stdout)).toMatchObject({ run: site.runs[0], exitCode: code });
  expect(site.runs).toHaveLength(1);
  expect(site.read('second')).toBe('done\n');
});

test('after its engine was killed the second takes it up', async () => {
  const site = new Site(playbook);
  const first = site.start(once);
  await site.appeared('begun');
  first.signal('SIGKILL');
  await first.ended;
  site.write('go', '');
  expect((await site.call(once)).code).toBe(0);
  expect(site.runs).toHaveLength(1);
  expect([site.read('first'), site.read('second')]).toEqual(['done\n', 'done\n']);
});

test('of two that come after its engine was killed one takes it up, and both tell how it ended', async () => {
  const site = new Site(playbook);
  const first = site.start(once);
  await site.appeared('begun');
  first.signal('SIGKILL');
  await first.ended;
  const both = [site.start(once), site.start(once)];
  await site.recorded('engine.attached');
  site.write('go', '');
  const codes = (await Promise.all(both.map((command) => command.ended))).map(({ code }) => code);
  expect(codes).toEqual([0, 0]);
  expect([site.runs.length, site.read('first'), site.events('engine.attached').length]).toEqual([1, 'done\n', 1]);
});

test('what SIGTERM left undone is completed by the next call with the key', async () => {
  const site = new Site(`${playbook}escalate: [{ id: page, run: 'test -e line || sleep 60; echo paged >> page' }]\n`);
  const first = site.start(once);
  await site.appeared('begun');
  first.signal('SIGTERM');
  expect((await first.ended).code).toBe(4);
  site.write('line', '');
  expect((await site.call(once)).code).toBe(4);
  expect(site.runs).toHaveLength(1);
});

test('another key, or --again with a reason, begins another run; without a reason it is refused', async () => {
  const site = new Site(playbook);
  site.write('go', '');
  expect((await site.call(once)).code).toBe(0);
  expect((await site.call([...once, '--again'])).code).toBe(2);
  expect(site.runs).toHaveLength(1);
  expect((await site.call([...once, '--again', '--reason', 'the first restored too little'])).code).toBe(0);
  expect(site.events('run.began')[0]?.reason).toBe('the first restored too little');
  expect((await site.call(['run', 'playbook.yaml', '--yes', '--once-key', 'deploy-7'])).code).toBe(0);
  expect((await site.call(['run', 'playbook.yaml', '--yes', '--once-key', 'deploy-7'])).code).toBe(0);
  expect(site.runs).toHaveLength(3);
});

test('without --once a new run is a new run', async () => {
  const site = new Site(playbook);
  site.write('go', '');
  for (const _ of [1, 2]) expect((await site.call(['run', 'playbook.yaml', '--yes'])).code).toBe(0);
  expect(site.runs).toHaveLength(2);
});

test('where the first came to its end while the second was getting ready, the second tells how', async () => {
  const slow =
    'secrets: { key: { command: [sh, -c, "test -z \\"$SLOW\\" || until [ -e ready ]; do sleep 0.01; done; echo a-long-secret"] } }';
  const site = new Site(`${playbook}${slow}\n`);
  site.write('go', '');
  site.env = { SLOW: '1' };
  const second = site.start(once);
  site.env = { SLOW: '' };
  expect((await site.call(once)).code).toBe(0);
  site.write('ready', '');
  const { code, stderr } = await second.ended;
  expect([code, site.runs.length, site.read('second')]).toEqual([0, 1, 'done\n']);
  expect(stderr).toContain('It is not begun a second time');
});
