/** The journal or the plan of a run that has not ended is damaged or gone: it is no dead end, and no second run beside it. */
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const run = ['run', 'playbook.yaml', '--yes'];
const playbook = `
name: shop
phases:
  restore:
    - { id: first, run: 'echo said; : > begun; until [ -e go ]; do sleep 0.01; done; rm -f begun' }
`;

/** An engine that was killed in its first step, which still waits for the file "go". */
async function interrupted(): Promise<Site> {
  const site = new Site(playbook);
  const engine = site.start(run);
  await site.appeared('begun');
  engine.signal('SIGKILL');
  await engine.ended;
  return site;
}

const damages: readonly [string, (site: Site) => void][] = [
  ['its journal was edited', (site) => edit(site.runPath('journal.ndjson'))],
  ['its journal was emptied', (site) => writeFileSync(site.runPath('journal.ndjson'), '')],
  ['its journal is gone', (site) => rmSync(site.runPath('journal.ndjson'))],
  ['its plan was changed', (site) => appendFileSync(site.runPath('plan.json'), ' ')],
];

function edit(path: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replace('"seq":2', '"seq":3'));
}

test.each(damages)('a run is set aside when %s', async (_, damage) => {
  const site = await interrupted();
  damage(site);
  const [id = ''] = site.runs;
  const refused = await site.call(run);
  expect([refused.code, refused.stderr]).toEqual([7, expect.stringContaining(`backout abandon ${id} --reason`)]);
  const abandon = ['abandon', id, '--reason', 'the disk was faulty'];
  const early = await site.call(abandon);
  expect([early.code, early.stderr]).toEqual([5, expect.stringMatching(/still lives/)]);
  site.write('go', '');
  await site.quiet();
  const logs = await site.call(['logs', id]);
  expect([logs.code, logs.stdout]).toEqual([0, expect.stringContaining('said\n')]);
  expect((await site.call(['runs'])).stdout).toMatch(/ damaged\n/);
  expect((await site.call(abandon)).code).toBe(4);
  expect((await site.call(['runs'])).stdout).toMatch(/damaged \(abandoned\)/);
  const kept = site.runPath('abandoned.json');
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toMatchObject({ run: id, reason: 'the disk was faulty' });
  expect(await site.call(run)).toMatchObject({ code: 0 });
  expect(site.runs).toHaveLength(2);
});

test('a file without an entry is no intact journal', async () => {
  const site = new Site();
  const path = site.write('journal.ndjson', '');
  const { code, stderr } = await site.call(['audit', 'verify', path]);
  expect([code, stderr]).toEqual([7, expect.stringContaining(`there is no entry in ${path}`)]);
});
