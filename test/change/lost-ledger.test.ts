/** What is not on record is not taken for not done (P4): no ledger, an emptied one, one whose end was cut. */
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const change = `kind: Change
id: CHG1
system: shop
steps:
  - { id: one, run: 'echo x >> one', backout: [{ run: rm one }] }
  - { id: two, run: 'echo x >> two', backout: [{ run: rm two }] }
`;

function siteOf(): Site {
  const site = new Site();
  site.write('change.yaml', change);
  return site;
}

const ledger = (site: Site): string => site.path('home/changes/CHG1/ledger.ndjson');
const carryOut = ['change', 'run', 'change.yaml', '--yes'];
const record = (site: Site, step: string) => site.call(['change', 'record', 'change.yaml', step, 'done']);
const askers = [
  ['run', '--change', 'change.yaml', '--yes'],
  ['run', '--change', 'change.yaml', '--yes', '--json'],
  ['derive', 'change.yaml', '--ledger'],
  ['derive', 'change.yaml', '--ledger', '-o', 'back.yaml', '--json'],
  ['change', 'status', 'change.yaml'],
];

describe('without a ledger', () => {
  test.each(askers)(
    'in another home nothing is known of the change, and that is no success: %p %p %p',
    async (...call) => {
      const site = siteOf();
      await site.call(carryOut);
      site.home = site.path('other');
      const { code, stdout, stderr } = await site.call(call);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`nothing is recorded of a change CHG1 in ${site.path('other')}`);
      expect(stderr).toMatch(/sudo.*--home DIR or BACKOUT_HOME/);
      expect([existsSync(site.path('back.yaml')), site.read('one')]).toEqual([false, 'x\n']);
    },
  );

  test.each([...askers, carryOut])(
    'a run of the change that is there shows that it is lost: %p %p %p',
    async (...call) => {
      const site = siteOf();
      await site.call(carryOut);
      rmSync(site.path('home/changes/CHG1'), { recursive: true });
      const { code, stderr } = await site.call(call);
      expect([code, stderr]).toEqual([7, expect.stringContaining(`run ${site.runs[0]} is there`)]);
      expect([site.read('one'), site.runs.length]).toEqual(['x\n', 1]);
    },
  );

  test('what is recorded anew beside such a run is used only when a person says so', async () => {
    const site = siteOf();
    await site.call(carryOut);
    rmSync(site.path('home/changes/CHG1'), { recursive: true });
    await record(site, 'one');
    const back = ['run', '--change', 'CHG1', '--yes'];
    const { code, stderr } = await site.call(back);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`the ledger does not name`)]);
    expect(stderr).toContain(site.runs[0] ?? 'no run');
    expect((await site.call([...back, '--accept-edited', '--reason', 'lost'])).code).toBe(0);
    expect([site.read('one'), site.read('two')]).toEqual(['', 'x\n']);
  });

  test('a dry run or a rehearsal of the change is no witness', async () => {
    const site = siteOf();
    await site.call(['change', 'run', 'change.yaml', '--dry-run']);
    expect((await site.call(['run', '--change', 'change.yaml', '--yes'])).code).toBe(2);
    expect((await site.call(carryOut)).code).toBe(0);
  });
});

describe('an emptied or cut ledger', () => {
  const all = [...askers, carryOut, ['change', 'record', 'CHG1', 'two', 'failed']];

  test.each(all)('emptied it is damaged, whoever asks: %p %p %p', async (...call) => {
    const site = siteOf();
    await site.call(carryOut);
    for (const withHead of [true, false]) {
      writeFileSync(ledger(site), '');
      if (!withHead) rmSync(site.path('home/changes/CHG1/head'));
      const { code, stderr } = await site.call(call);
      expect([code, stderr]).toEqual([7, expect.stringMatching(/ledger .* is damaged in line 1/)]);
    }
    expect([site.read('one'), site.runs.length]).toEqual(['x\n', 1]);
  });

  test('a removed one is damaged as long as its head is there', async () => {
    const site = siteOf();
    await record(site, 'one');
    rmSync(ledger(site));
    const { code, stderr } = await site.call(['run', '--change', 'CHG1', '--yes']);
    expect([code, stderr]).toEqual([7, expect.stringContaining('1 entry was written, nothing is left')]);
  });

  test.each([1, 5, 'line'] as const)('cut by %p it is damaged: what it told was on record', async (cut) => {
    const site = siteOf();
    await record(site, 'one');
    await record(site, 'two');
    const text = readFileSync(ledger(site), 'utf8');
    truncateSync(ledger(site), cut === 'line' ? text.indexOf('\n') + 1 : text.length - cut);
    for (const call of all) {
      const { code, stderr } = await site.call(call);
      expect([code, stderr]).toEqual([
        7,
        expect.stringContaining('is damaged in line 2: its end was cut off: 2 entries were written, 1 is left'),
      ]);
    }
  });

  test('replaced by another whole chain it is damaged', async () => {
    const [site, other] = [siteOf(), siteOf()];
    await record(site, 'one');
    await record(other, 'two');
    writeFileSync(ledger(site), readFileSync(ledger(other)));
    expect((await site.call(['change', 'status', 'CHG1'])).stderr).toContain('the ledger was replaced');
  });

  test('half a line behind the head is what a crash leaves: dropped, and said', async () => {
    const site = siteOf();
    await record(site, 'one');
    writeFileSync(ledger(site), `${readFileSync(ledger(site), 'utf8')}{"event":{"at":17`);
    for (const call of [
      ['change', 'status', 'CHG1'],
      ['derive', 'CHG1', '--ledger'],
    ]) {
      const { code, stdout, stderr } = await site.call(call);
      expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('The last line of the ledger is cut short')]);
    }
  });

  test('a call that died before it wrote the head has recorded; said again it writes the head', async () => {
    const site = siteOf();
    await record(site, 'one');
    const before = site.read('home/changes/CHG1/head');
    await record(site, 'two');
    writeFileSync(site.path('home/changes/CHG1/head'), before);
    expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain('2 of 2 steps done');
    await record(site, 'two');
    expect(site.read('home/changes/CHG1/head')).toMatch(/^2 /);
  });

  test('status prints the head, also as JSON', async () => {
    const site = siteOf();
    await record(site, 'one');
    const last = JSON.parse(readFileSync(ledger(site), 'utf8'));
    expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain(`Head of the ledger: 1 ${last.hash}\n`);
    const { stdout } = await site.call(['change', 'status', 'CHG1', '--json']);
    expect(JSON.parse(stdout).head).toEqual({ seq: 1, hash: last.hash });
  });
});
