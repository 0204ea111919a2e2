/** The ledger: many jobs write, nothing is lost; a repetition adds nothing; damage is told with its line. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const ledgerOf = (site: Site, change = 'CHG1'): string => site.path('home/changes', change, 'ledger.ndjson');
const linesOf = (site: Site): readonly string[] => readFileSync(ledgerOf(site), 'utf8').trimEnd().split('\n');
const record = (site: Site, ...words: readonly string[]) => site.call(['change', 'record', 'CHG1', ...words]);

interface Told {
  readonly steps: readonly {
    readonly id: string;
    readonly progress: string;
    readonly outputs: object;
    readonly words: readonly object[];
  }[];
}

async function statusOf(site: Site): Promise<Told> {
  const { code, stdout, stderr } = await site.call(['change', 'status', 'CHG1', '--json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

test('jobs that record at the same moment lose nothing', async () => {
  const site = new Site();
  const job = async (n: number) => {
    for (let i = 1; i <= 4; i++)
      expect((await record(site, `job${n}-s${i}`, 'done', '--output', `n=${n}`)).code).toBe(0);
  };
  await Promise.all(Array.from({ length: 8 }, (_, n) => job(n)));
  expect(linesOf(site)).toHaveLength(32);
  const { steps } = await statusOf(site);
  expect(steps.map(({ id }) => id).sort()).toEqual(
    Array.from({ length: 8 }, (_, n) => [1, 2, 3, 4].map((i) => `job${n}-s${i}`))
      .flat()
      .sort(),
  );
});

test('said again it adds nothing, and is no fault; what differs does', async () => {
  const site = new Site();
  await record(site, 'deploy', 'started');
  await record(site, 'deploy', 'done', '--output', 'image=v1');
  for (const words of [
    ['deploy', 'done'],
    ['deploy', 'done', '--output', 'image=v1'],
  ]) {
    const { code, stderr } = await record(site, ...words);
    expect([code, stderr]).toEqual([0, 'CHG1: deploy is done already\n']);
  }
  expect(linesOf(site)).toHaveLength(2);
  await record(site, 'deploy', 'done', '--output', 'image=v2');
  await record(site, 'other', 'done');
  expect((await record(site, 'deploy', 'done')).stderr).toContain('already');
  expect(linesOf(site)).toHaveLength(4);
});

test('done, then started, is a new attempt: what it put out before counts no more', async () => {
  const site = new Site();
  await record(site, 'deploy', 'done', '--output', 'image=v1');
  await record(site, 'deploy', 'started');
  const { steps } = await statusOf(site);
  expect([steps[0]?.progress, steps[0]?.outputs]).toEqual(['unknown', {}]);
});

test('two pipelines of one step: both are kept and shown, the later counts', async () => {
  const site = new Site();
  await record(site, 'deploy', 'done', '--by', 'blue');
  await record(site, 'deploy', 'failed', '--by', 'green');
  await record(site, 'deploy', 'failed', '--by', 'blue');
  const { stdout } = await site.call(['change', 'status', 'CHG1']);
  expect(stdout).toMatch(
    /deploy: failed, .*says: blue[\s\S]*before: done.*says: blue[\s\S]*before: failed.*says: green/,
  );
});

test('a last line that was cut short is dropped; what stands before it counts', async () => {
  const site = new Site();
  await record(site, 'one', 'done');
  appendFileSync(ledgerOf(site), '{"event":{"at":17');
  expect((await record(site, 'two', 'done')).code).toBe(0);
  expect(linesOf(site)).toHaveLength(2);
  expect((await statusOf(site)).steps.map(({ id }) => id)).toEqual(['one', 'two']);
});

test.each([
  [['change', 'status', 'CHG1']],
  [['change', 'record', 'CHG1', 'three', 'done']],
  [['derive', 'change.yaml', '--ledger']],
  [['run', '--change', 'change.yaml', '--yes']],
  [['change', 'run', 'change.yaml', '--yes']],
])('a damaged ledger is exit 7 and names the line: %p', async (call) => {
  const site = new Site();
  site.write('change.yaml', 'kind: Change\nid: CHG1\nsystem: s\nsteps: [{ id: one, run: x, backout: [] }]\n');
  await record(site, 'one', 'done');
  await record(site, 'two', 'done');
  await record(site, 'one', 'failed');
  writeFileSync(ledgerOf(site), readFileSync(ledgerOf(site), 'utf8').replace('"step":"two"', '"step":"too"'));
  const { code, stderr } = await site.call(call);
  expect([code, stderr]).toEqual([7, expect.stringMatching(/ledger .* is damaged in line 2: the entry was edited/)]);
  expect(linesOf(site)).toHaveLength(3);
});

test.each(['', '2', 'x'])('a damaged head is exit 7, and is not taken for none: ending in %p', async (end) => {
  const site = new Site();
  await record(site, 'one', 'done');
  const head = site.read('home/changes/CHG1/head');
  site.write('home/changes/CHG1/head', end === '' ? '' : `${head}${end}`);
  const { code, stderr } = await record(site, 'two', 'done');
  expect([code, stderr]).toEqual([7, expect.stringMatching(/the head of the ledger .* is damaged/)]);
  expect(linesOf(site)).toHaveLength(1);
});

test.each([
  [['Deploy', 'done'], /"Deploy" is no id of a step/],
  [['deploy', 'dne'], /"dne" is none of started, done, failed, void\n {2}Did you mean "done"/],
  [['deploy', 'done', '--output', 'image'], /--output image is not NAME=VALUE/],
  [['deploy', 'done', '--output', 'a=1\nb=2'], /--output a=1 is not NAME=VALUE on one line/],
  [['deploy', 'done', '--file', 'no.yaml'], /no\.yaml cannot be read/],
])('a wrong word is refused and nothing is recorded: %p', async (words, message) => {
  const site = new Site();
  const { code, stderr } = await record(site, ...words);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(site.read('home/changes/CHG1/ledger.ndjson')).toBe('');
});

test('ids that are no names of files have ledgers of their own', async () => {
  const site = new Site();
  for (const id of ['../x', 'REL/2026 4', '..', 'Ä'.repeat(90)]) {
    site.write('c.yaml', `kind: Change\nid: '${id}'\nsystem: s\nsteps: [{ id: one, run: x, backout: [] }]\n`);
    expect((await site.call(['change', 'record', 'c.yaml', 'one', 'done'])).code).toBe(0);
    expect((await site.call(['change', 'status', 'c.yaml'])).stdout).toContain('1 of 1 step done');
  }
  const { stderr } = await site.call(['change', 'status', 'REL/2026 5']);
  expect(stderr).toMatch(/nothing is recorded of a change REL\/2026 5[\s\S]*Did you mean REL\/2026 4\?/);
});

test('a file that names the step is looked at; of a step that it does not have nothing is recorded', async () => {
  const site = new Site();
  site.write('change.yaml', 'kind: Change\nid: CHG1\nsystem: s\nsteps: [{ id: one, run: x, backout: [] }]\n');
  const { code, stderr } = await record(site, 'onee', 'done', '--file', 'change.yaml');
  expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean "one"?')]);
  const other = await site.call(['change', 'record', 'CHG2', 'one', 'done', '--file', 'change.yaml']);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('is the change CHG1, not CHG2')]);
});
