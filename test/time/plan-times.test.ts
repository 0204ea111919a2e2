/** `backout plan` with real runs behind it: what they took is kept, and shown. */
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import type { TimeRecord } from '../../src/ports/time-record.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = `
name: shop
phases:
  restore:
    - { id: db, run: 'sleep 0.3', timeout: 1m }
    - { id: files, needs: [], run: 'true', timeout: 1m }
    - { id: flaky, needs: [], run: '[ -e tried ] || { : > tried; exit 1; }', timeout: 1m, retry: { attempts: 2, delay: 400ms, jitter: false } }
`;

const store = (site: Site): string => join(site.home, 'times', 'shop.ndjson');
function kept(site: Site): readonly TimeRecord[] {
  return readFileSync(store(site), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TimeRecord);
}

describe('a run that has ended', () => {
  test('leaves the times of its steps, retries and their pauses included; a dry run leaves none', async () => {
    const site = new Site(playbook);
    expect((await site.call(['run', 'playbook.yaml', '--dry-run'])).code).toBe(0);
    expect(existsSync(store(site))).toBe(false);
    expect((await site.call(['run', 'playbook.yaml', '--yes'])).code).toBe(0);
    const [record, ...more] = kept(site);
    expect(more).toEqual([]);
    expect(record).toMatchObject({ run: site.runs[0], mode: 'real', end: 'succeeded' });
    expect(record?.steps.db).toBeGreaterThanOrEqual(300);
    expect(record?.steps.flaky).toBeGreaterThanOrEqual(400);
    expect(record?.totalMs).toBeGreaterThanOrEqual(record?.steps.flaky ?? 0);
  });

  test('that failed leaves those of the steps that succeeded', async () => {
    const site = new Site(`
name: shop
phases:
  restore: [{ id: good, run: 'true' }, { id: bad, run: 'exit 1' }]
`);
    expect((await site.call(['run', 'playbook.yaml', '--yes'])).code).toBe(1);
    expect(Object.keys(kept(site)[0]?.steps ?? {})).toEqual(['good']);
  });

  test('is no worse where the times cannot be kept', async () => {
    const site = new Site(playbook);
    await site.call(['plan', 'playbook.yaml']);
    expect((await site.call(['run', 'playbook.yaml', '--yes'])).code).toBe(0);
    rmSync(join(site.home, 'times'), { recursive: true });
    writeFileSync(join(site.home, 'times'), 'a file, no folder');
    const ended = await site.call(['run', 'playbook.yaml', '--yes']);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('The times of this run could not be kept for estimates');
  });
});

describe('plan', () => {
  test('shows what was measured, from runs of before the store too, and touches nothing', async () => {
    const site = new Site(playbook);
    expect((await site.call(['plan', 'playbook.yaml'])).stdout).toContain('Never measured');
    for (let n = 0; n < 3; n += 1) await site.call(['run', 'playbook.yaml', '--yes']);
    rmSync(join(site.home, 'times'), { recursive: true });
    const { stdout } = await site.call(['plan', 'playbook.yaml']);
    expect(stdout).toMatch(/measured: median 3\d\d ms, 90th percentile \d+ ms \(3 runs\)/);
    expect(stdout).toMatch(/Expected time: usually /);
    expect(existsSync(join(site.home, 'times'))).toBe(false);
  });

  test('marks what was measured with an earlier version, and what was never measured', async () => {
    const site = new Site(playbook);
    await site.call(['run', 'playbook.yaml', '--yes']);
    site.write('playbook.yaml', `${playbook}    - { id: more, run: 'true' }\n`);
    const { stdout } = await site.call(['plan', 'playbook.yaml', '--json']);
    expect(JSON.parse(stdout).expected).toMatchObject({
      medianMs: null,
      p90Ms: null,
      unmeasured: ['more'],
      unbounded: ['more'],
      earlier: ['db', 'files', 'flaky'],
      steps: { db: { samples: 1, earlier: true } },
    });
  });

  test('says that the store is damaged, and goes on with the rest', async () => {
    const site = new Site(playbook);
    await site.call(['run', 'playbook.yaml', '--yes']);
    appendFileSync(store(site), 'nonsense\n');
    const { code, stdout, stderr } = await site.call(['plan', 'playbook.yaml']);
    expect(code).toBe(0);
    expect(stderr).toBe('The recorded times of shop are damaged in line 2, which is left out.\n');
    expect(stdout).toContain('(1 run)');
    if (process.getuid?.() === 0) return;
    chmodSync(store(site), 0);
    expect((await site.call(['plan', 'playbook.yaml'])).stderr).toContain('cannot be read');
  });
});

describe('what was measured', () => {
  test('of another playbook of the same system does not count', async () => {
    const site = new Site(playbook);
    await site.call(['run', 'playbook.yaml', '--yes']);
    site.write('playbook.yaml', playbook.replace('name: shop', 'name: other\nsystem: shop'));
    expect((await site.call(['plan', 'playbook.yaml'])).stdout).toContain('Never measured');
  });

  test('is known to lint, where the time budget is shorter', async () => {
    const site = new Site(`${playbook}timeBudget: 100ms\n`);
    await site.call(['run', 'playbook.yaml', '--yes']);
    expect((await site.call(['lint', 'playbook.yaml'])).stdout).toContain('budget-below-measured');
  });

  test('is what the imagined runs of whatif take', async () => {
    const site = new Site(playbook);
    const line = { run: 'R', playbook: 'shop', mode: 'real', definition: null, at: 0, end: 'succeeded', totalMs: 1 };
    mkdirSync(join(site.home, 'times'), { recursive: true });
    writeFileSync(store(site), `${JSON.stringify({ ...line, steps: { db: 40_000, files: 1, flaky: 1 } })}\n`);
    const { stdout } = await site.call(['whatif', 'playbook.yaml', '--json']);
    expect(stdout).toMatch(/"elapsed\w*": 4\d\d\d\d\b/);
  });
});
