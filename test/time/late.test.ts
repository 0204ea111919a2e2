/** A backout that comes late wants to be accepted; one that does not is not slowed down or asked. */
import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';
import { onTerminal } from '../rig/terminal.ts';

jest.setTimeout(60_000);

const hour = 3_600_000;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const playbook = (windowEnds: string | null, steps = "- { id: db, run: 'echo done > restored' }") => `
name: shop
change: { id: CHG0042${windowEnds === null ? '' : `, windowEnds: ${windowEnds}`} }
phases:
  restore:
    ${steps}
`;
const run = ['run', 'playbook.yaml', '--yes'];
const accept = ['--accept-late', '--reason', 'the CAB wants it', '--by', 'Ruth Keller'];
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('after the end of its window', () => {
  test('a run off a terminal is refused, says how late it is, and what to type', async () => {
    const site = new Site(playbook(inMs(-3 * hour)));
    const { code, stderr } = await site.call(run);
    expect(code).toBe(2);
    expect(flat(stderr)).toMatch(/This backout of shop comes LATE: the window ended 3 h 00 min ago\./);
    expect(flat(stderr)).toMatch(/Plan edited .* Last done never.* db: a shell command cannot tell/);
    expect(stderr).toContain("--accept-late --reason 'why'");
    expect(existsSync(site.path('restored'))).toBe(false);
    expect(site.runs).toEqual([]);
  });

  test('it is begun when that is accepted with a reason, which the journal keeps with the name', async () => {
    const site = new Site(playbook(inMs(-3 * hour)));
    expect((await site.call([...run, '--accept-late'])).stderr).toContain('--accept-late needs --reason');
    expect((await site.call([...run, ...accept])).code).toBe(0);
    const [began] = site.events('run.began');
    expect(began?.notes?.join()).toMatch(
      /begun late \(the window ended 3 h 00 min ago\), accepted by \S+ \(says: Ruth Keller\): the CAB wants it/,
    );
    expect((await site.call(['report'])).stdout).toContain('begun late');
  });

  test('on a terminal it is asked by a whole word', async () => {
    const site = new Site(playbook(inMs(-3 * hour)));
    const no = onTerminal(site, run);
    await no.shows('Type accept: ');
    no.type('yes\n');
    expect(await no.ended).toBe(2);
    expect(site.runs).toEqual([]);
    const yes = onTerminal(site, run);
    await yes.shows('Type accept: ');
    yes.type('accept\n');
    expect(await yes.ended).toBe(0);
    expect(site.read('restored')).toBe('done\n');
  });

  test('a dry run is not asked', async () => {
    const site = new Site(playbook(inMs(-3 * hour)));
    expect((await site.call(['run', 'playbook.yaml', '--dry-run'])).code).toBe(0);
  });

  test('a caller that comes twice with --once gets its run, and is not asked', async () => {
    const site = new Site(playbook(inMs(-3 * hour)));
    expect((await site.call([...run, '--once', ...accept])).code).toBe(0);
    expect((await site.call([...run, '--once'])).code).toBe(0);
    expect(site.runs).toHaveLength(1);
  });

  test('a damaged record of decisions does not make it less late', async () => {
    const site = new Site(playbook(inMs(-3 * hour)));
    await site.call(['deadline', 'playbook.yaml', '--decide', 'go-on', '--reason', 'it works']);
    writeFileSync(join(site.home, 'changes', 'CHG0042', 'decisions.ndjson'), 'garbage\n');
    const { code, stderr } = await site.call(run);
    expect(code).toBe(2);
    expect(flat(stderr)).toContain('are damaged in line 1');
    expect(flat(stderr)).toContain('This backout of shop comes LATE: the window ended 3 h 00 min ago.');
    expect(site.runs).toEqual([]);
    expect((await site.call([...run, ...accept])).code).toBe(0);
  });

  test('an extension makes it not late, and is shown and kept', async () => {
    const site = new Site(playbook(inMs(-3 * hour)));
    const decide = ['deadline', 'playbook.yaml', '--decide', 'extend', '--until', inMs(2 * hour)];
    await site.call([...decide, '--reason', 'the CAB agreed']);
    const { code, stderr } = await site.call(run);
    expect(code).toBe(0);
    expect(flat(stderr)).toContain('Reason: the CAB agreed');
    expect(site.events('run.began')[0]?.notes?.join()).toContain('the CAB agreed');
  });
});

describe('what can be told of the ground', () => {
  test('is told: which files were written since the archive was made', async () => {
    const step = '- { id: files, uses: files/restore, with: { source: backup, target: data } }';
    const site = new Site(playbook(inMs(-3 * hour), step));
    const backup = site.write('backup/a', 'old').replace(/\/a$/, '');
    site.write('data/a', 'old');
    const then = Date.now() / 1_000 - 7_200;
    for (const path of [backup, site.path('data/a')]) utimesSync(path, then, then);
    const { stderr } = await site.call(run);
    expect(flat(stderr)).toContain('nothing in');
    site.write('data/new', 'orders of the night');
    const { code, stderr: later } = await site.call(run);
    expect(code).toBe(2);
    expect(flat(later)).toMatch(
      /1 file in \S+ was written after the copy of \S+, the newest \(new\) 2 h 00 min after it/,
    );
  });

  test('is told when a backup is not there any more', async () => {
    const step = '- { id: files, uses: files/restore, with: { archive: gone.tar, target: data } }';
    const site = new Site(playbook(inMs(-3 * hour), step));
    expect(flat((await site.call(run)).stderr)).toContain('it can NOT be done now');
  });
});

test("records that somebody damaged are said, and stand in nobody's way", async () => {
  const site = new Site(playbook(inMs(3 * hour)));
  site.write('home/changes/CHG0042/decisions.ndjson', 'nonsense\n');
  site.write('home/changes/CHG0042/ledger.ndjson', 'nonsense\n');
  const { code, stderr } = await site.call(run);
  expect(code).toBe(0);
  expect(flat(stderr)).toMatch(/cannot be told for sure: the decisions .* are damaged .* the ledger .* is damaged/);
});

describe('without a window', () => {
  test('nothing is asked, whatever was recorded a moment ago', async () => {
    const site = new Site(playbook(null));
    expect((await site.call(run)).code).toBe(0);
    expect(site.events('run.began')[0]?.notes ?? []).toEqual([]);
    await site.call(['change', 'record', 'CHG0042', 'deploy', 'done']);
    expect((await site.call(run)).code).toBe(0);
  });

  test('a window that ended while the change was carried out does not hold up its backout on the spot', async () => {
    const site = new Site(playbook(inMs(-60_000)));
    await site.call(['change', 'record', 'CHG0042', 'deploy', 'failed']);
    expect((await site.call(run)).code).toBe(0);
  });
});
