/** Signals, as a runner, a closed laptop and an operator send them (DESIGN: the life of a run; P6). */
import { expect, jest, test } from '@jest/globals';
import { goneMs } from '../rig/patience.ts';
import { Site } from '../rig/site.ts';
import { onTerminal } from '../rig/terminal.ts';
import { until } from '../rig/until.ts';

jest.setTimeout(60_000);

const run = ['run', 'playbook.yaml', '--yes'];
const wait = 'until [ -e go ]; do sleep 0.01; done';
const shop = (first: string, page = 'echo paged >> page', more = '') => `
name: shop
phases:
  restore:
    - { id: first, run: ': > begun; ${first}; echo done >> first'${more} }
    - { id: second, run: 'echo done >> second' }
escalate:
  - { id: page, run: '${page}' }
`;

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s off a terminal: exit 4 within 8 s, although a step ignores TERM and a message hangs; the rest is owed',
  async (signal) => {
    const message = 'until [ -e line ]; do sleep 0.05; done; echo paged >> page';
    const site = new Site(shop(`trap "" TERM; ${wait}`, message, ', grace: 60s'));
    const engine = site.start(run);
    await site.appeared('begun');
    const told = performance.now();
    engine.signal(signal);
    const { code, stderr } = await engine.ended;
    expect(performance.now() - told).toBeLessThan(goneMs);
    expect([code, stderr]).toEqual([4, expect.stringContaining('backout')]);
    expect(site.read('first') + site.read('page')).toBe('');
    const status = await site.status();
    expect([status.status, status.owed.length]).toEqual(['running', 1]);
    site.write('line', '');
    expect((await site.call(['resume'])).code).toBe(4);
    expect(site.read('page')).toBe('paged\n');
    await until('nothing of it is left', () => site.alive.length === 0);
    expect(await site.status()).toMatchObject({ status: 'stopped', exitCode: 4 });
    expect(site.read('first') + site.read('second')).toBe('');
  },
);

test('SIGTERM leaves a step alone that is not cancellable, and says so; its result is taken later', async () => {
  const site = new Site(shop(wait, 'echo paged >> page', ', cancellable: false'));
  const engine = site.start(run);
  await site.appeared('begun');
  engine.signal('SIGTERM');
  const { code, stderr } = await engine.ended;
  expect(code).toBe(4);
  expect(stderr).toMatch(/first/);
  expect(site.alive).not.toEqual([]);
  site.write('go', '');
  expect((await site.call(['resume'])).code).toBe(4);
  expect([site.read('first'), site.read('second'), site.read('page')]).toEqual(['done\n', '', 'paged\n']);
});

test('a message that SIGTERM leaves no time for stays owed: the run is open, and the next resume sends it', async () => {
  const site = new Site(shop(wait, 'echo tried >> tries; test -e receiver && echo paged >> page'));
  const engine = site.start(run);
  await site.appeared('begun');
  engine.signal('SIGTERM');
  const { code, stderr } = await engine.ended;
  expect([code, site.read('tries'), site.read('page')]).toEqual([4, 'tried\n', '']);
  expect(stderr).toMatch(/Stopped, as .* asked, and not closed: one message is still to be sent/);
  const left = await site.status();
  expect(left).toMatchObject({ status: 'running', engine: 'gone', exitCode: null });
  expect(left.owed).toHaveLength(1);
  expect(left.next[0]?.command).toMatch(/^backout resume /);
  site.write('receiver', '');
  expect((await site.call(['resume'])).code).toBe(4);
  expect([site.read('page'), (await site.status()).status]).toEqual(['paged\n', 'stopped']);
});

test('SIGHUP: the run goes on without its terminal', async () => {
  const site = new Site(shop(wait));
  const engine = site.start(run);
  await site.appeared('begun');
  engine.signal('SIGHUP');
  site.write('go', '');
  expect((await engine.ended).code).toBe(0);
  expect(site.read('second')).toBe('done\n');
});

test('a real run without --yes is refused off a terminal, and asked about on one', async () => {
  const site = new Site(shop('true'));
  const { code, stderr, stdout } = await site.call(['run', 'playbook.yaml']);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/--yes/)]);
  expect(site.runs).toEqual([]);
  for (const [answer, exit, runs] of [
    ['no', 2, 0],
    ['yes', 0, 1],
  ] as const) {
    const terminal = onTerminal(site, ['run', 'playbook.yaml']);
    await terminal.shows('Type yes');
    terminal.type('y\r');
    await terminal.shows('whole word');
    terminal.type(`${answer}\r`);
    expect([await terminal.ended, site.runs.length]).toEqual([exit, runs]);
  }
});

test.each([
  ['f', 'lets it finish', 4, 'done\n', ''],
  ['c', 'cancels it', 4, '', ''],
  ['g', 'goes on', 0, 'done\n', 'done\n'],
] as const)('Ctrl-C on a terminal asks: %s %s', async (answer, _words, code, first, second) => {
  const site = new Site(shop(wait));
  const terminal = onTerminal(site, run);
  await site.appeared('begun');
  terminal.type('\x03');
  await terminal.shows('f/c/g');
  terminal.type(`${answer}\r`);
  await site.recorded(answer === 'g' ? 'decision.resume' : 'decision.stop');
  if (answer !== 'c') site.write('go', '');
  expect(await terminal.ended).toBe(code);
  expect([site.read('first'), site.read('second')]).toEqual([first, second]);
});

/** A person takes longer than this to read the question. */
const pastTypeAhead = () => new Promise((resolve) => setTimeout(resolve, 700));

test('who sits at the terminal answers there: a failed step is tried again, a person step confirmed', async () => {
  const site = new Site(`
name: shop
phases:
  restore:
    - { id: first, run: 'echo tried >> tries; test -e go', onFailure: ask }
    - { id: call, owner: anna, manual: Call the bank }
`);
  const terminal = onTerminal(site, run);
  terminal.type('retry\r');
  await terminal.shows('"retry" was typed before the question was there');
  await pastTypeAhead();
  terminal.type('confirm\r');
  await terminal.shows('"confirm" is no answer to this');
  terminal.type('skip\r');
  await terminal.shows('skip needs a reason');
  terminal.type('retry call\r');
  await terminal.shows('This is asked about first. For call type in another terminal: backout retry ');
  site.write('go', '');
  terminal.type('retry\r');
  await terminal.shows('call waits for anna: Call the bank');
  await pastTypeAhead();
  terminal.type('confirm call\r');
  expect([await terminal.ended, site.read('tries')]).toEqual([0, 'tried\ntried\n']);
  expect(site.events('decision.confirm')[0]?.by.login).toBe(site.events('run.began')[0]?.by.login);
});

test('Ctrl-C twice leaves at once: processes go on, and the run can be resumed', async () => {
  const site = new Site(shop(wait));
  const terminal = onTerminal(site, run);
  await site.appeared('begun');
  terminal.type('\x03');
  await terminal.shows('f/c/g');
  terminal.type('\x03');
  expect(await terminal.ended).toBe(4);
  expect(site.alive.join('\n')).toContain('sh');
  expect(await site.status()).toMatchObject({ engine: 'gone', exitCode: null });
  site.write('go', '');
  expect((await site.call(['resume'])).code).toBe(0);
  expect([site.read('first'), site.read('second')]).toEqual(['done\n', 'done\n']);
});
