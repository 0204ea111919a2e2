/** The ground under the engine gives way: the home read-only or full, the clock set back, a fault of our own. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { root } from '../rig/built.ts';
import { Site } from '../rig/site.ts';
import { until } from '../rig/until.ts';
import { mayMount } from '../runtime/home/scratch.ts';

jest.setTimeout(60_000);

const run = ['run', 'playbook.yaml', '--yes'];
const mounted = mayMount() ? test : test.skip;
const playbook = `
name: shop
phases:
  restore:
    - { id: first, run: ': > begun; until [ -e go ]; do sleep 0.01; done; echo done >> first' }
    - { id: second, run: 'echo done >> second' }
escalate:
  - { id: page, run: 'echo paged >> page' }
`;

/** The home on a disk of its own. */
function homeOnDisk(site: Site, kibibytes: number): void {
  mkdirSync(site.home);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'none', site.home]);
  site.atEnd(() => execFileSync('umount', [site.home]));
}

/** Takes all the space that is left. */
function fill(site: Site): void {
  try {
    for (let n = 0; ; n += 1) writeFileSync(join(site.home, `ballast-${n}`), Buffer.alloc(4096));
  } catch {}
}

mounted('a read-only home: exit 2, and nothing is run', async () => {
  const site = new Site(playbook);
  site.write('go', '');
  homeOnDisk(site, 1024);
  execFileSync('mount', ['-o', 'remount,ro', site.home]);
  const { code, stderr } = await site.call(run);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/home .*read-only[\s\S]*--home/)]);
  expect(site.read('first')).toBe('');
});

test('a home where no folder can be made: exit 2 at once', async () => {
  const site = new Site(playbook);
  const { code, stderr } = await site.call([...run, '--home', '/proc/no/such']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/home \/proc\/no\/such .*no folder can be made[\s\S]*--home/),
  ]);
});

test.each([
  [['--log', 'nowhere'], /--log nowhere/],
  [['--signing-key', 'no.pem'], /no\.pem is not there[\s\S]*--signing-key/],
  [['--by', ''], /--by is empty/],
])('what is wrong with the call, %j, is said before anything of a run is made', async (flags, says) => {
  const site = new Site(playbook);
  const { code, stderr } = await site.call([...run, ...flags]);
  expect([code, stderr, site.runs]).toEqual([2, expect.stringMatching(says), []]);
});

const isRoot = process.getuid?.() === 0;

(isRoot ? test : test.skip)('a home that belongs to somebody else: exit 2, and nothing is run', async () => {
  const site = new Site(playbook);
  site.write('go', '');
  chmodSync(site.folder, 0o755);
  mkdirSync(site.home, { mode: 0o755 });
  const through = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const { code, stderr } = await site.call(run, { through });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/home .*no permission[\s\S]*--home/)]);
});

mounted('a home that is full from the beginning: exit 2, and nothing is run', async () => {
  const site = new Site(playbook);
  site.write('go', '');
  homeOnDisk(site, 64);
  const { code, stderr } = await site.call(run);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/home .*no space/)]);
  expect([site.read('first'), site.runs.length]).toEqual(['', 0]);
});

mounted(
  'a home that fills up: no further step, the end recorded from the reserve, people told, nothing lost',
  async () => {
    const site = new Site(playbook);
    homeOnDisk(site, 1024);
    const engine = site.start(run);
    await site.appeared('begun');
    const before = site.entries;
    fill(site);
    site.write('go', '');
    const { code, stderr } = await engine.ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/full/)]);
    expect([site.read('first'), site.read('second'), site.read('page')]).toEqual(['done\n', '', 'paged\n']);
    expect(site.entries.slice(0, before.length)).toEqual(before);
    expect(site.events('disk.filled')).toHaveLength(1);
    expect((await site.call(['audit', 'verify', site.runs[0] ?? ''])).stdout).toMatch(/^Intact and closed/);
  },
);

test('a clock set back: entries keep their order, timers their length, and run ids still sort', async () => {
  const site = new Site(playbook.replace("run: 'echo done >> second'", "timeout: 20s, run: 'echo done >> second'"));
  const hook = site.write(
    'clock.mjs',
    'const now = Date.now; Date.now = () => now() - Number(process.env.SET_BACK ?? 0);\n',
  );
  const env = { NODE_OPTIONS: `--import=${hook}` };
  const engine = site.start(run, { env });
  await site.appeared('begun');
  engine.signal('SIGKILL');
  await engine.ended;
  site.write('go', '');
  const setBack = { env: { ...env, SET_BACK: '7200000' } };
  expect((await site.call(['resume'], setBack)).code).toBe(0);
  const times = site.entries.map(({ event }) => event.at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const [first] = site.runs;
  expect((await site.call(run, setBack)).code).toBe(0);
  expect(site.runs).toHaveLength(2);
  expect(site.runs[1]).toBe(first);
});

test('a fault of our own: exit 70, the steps go on, and the run can be resumed', async () => {
  const site = new Site(`
name: shop
phases:
  restore:
    - { id: first, needs: [], run: ': > begun; until [ -e go ]; do sleep 0.01; done; echo done >> first' }
    - { id: breaks, needs: [], uses: ./breaks.mjs, onUnknown: rerun }
`);
  site.write(
    'breaks.mjs',
    `import { existsSync } from 'node:fs';
import * as z from '${join(root, 'node_modules/zod/mini/index.js')}';
export const adapter = {
  name: './breaks.mjs', summary: 'Breaks its engine once.', outputs: {}, needs: [], repeatable: true, readOnly: false, secretFields: [],
  input: z.strictObject({}), defaultTimeoutMs: 30000,
  describe: () => ['break'], preflight: async () => ({ ok: true, checked: [], uncovered: null }),
  perform: async () => {
    if (existsSync('go')) return { ok: true, detail: 'whole' };
    const look = setInterval(() => { if (existsSync('begun')) { clearInterval(look); throw new TypeError('our own fault'); } }, 5);
    return new Promise(() => {});
  },
};
export default adapter;
`,
  );
  const { code, stderr } = await site.call(run);
  expect([code, stderr]).toEqual([70, expect.stringMatching(/our own fault[\s\S]*backout resume/)]);
  expect(site.alive).not.toEqual([]);
  site.write('go', '');
  expect((await site.call(['resume'])).code).toBe(0);
  expect(site.read('first')).toBe('done\n');
});

test('files are for their owner alone', async () => {
  const site = new Site(playbook);
  site.write('go', '');
  expect((await site.call(run)).code).toBe(0);
  for (const name of ['journal.ndjson', 'plan.json', 'attempts/first/1/claim']) {
    await until(name, () => existsSync(site.runPath(name)));
    expect([name, statSync(site.runPath(name)).mode & 0o777]).toEqual([name, 0o600]);
  }
  for (const path of [site.home, site.runPath()]) expect(statSync(path).mode & 0o777).toBe(0o700);
});

(isRoot ? test : test.skip)('a home that a group shares: another member of it resumes', async () => {
  const site = new Site(playbook);
  chmodSync(site.folder, 0o777);
  mkdirSync(site.home);
  chownSync(site.home, 0, 65534);
  chmodSync(site.home, 0o2770);
  const engine = site.start(run, { through: ['setpriv', '--reuid=65533', '--regid=65534', '--clear-groups'] });
  await site.appeared('begun');
  engine.signal('SIGKILL');
  await engine.ended;
  site.write('go', '');
  await site.quiet();
  const through = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const { code, stderr } = await site.call(['resume'], { through });
  expect([code, stderr]).toEqual([0, expect.stringMatching(/first +succeeded/)]);
  const other = execFileSync('find', [site.home, '-type', 'd', '!', '-perm', '2770'], { encoding: 'utf8' });
  expect(other).toBe('');
});
