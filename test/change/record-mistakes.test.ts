/** Words that were not meant so: refused where that can be told, and struck out where it could not. */
import { readdirSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const change = (id = 'CHG1'): string =>
  `kind: Change\nid: ${id}\nsystem: s\nsteps:\n  - { id: one, run: 'test ! -e bad', backout: [{ run: echo undo }] }\n`;
const derive = ['derive', 'change.yaml', '--ledger'];
const record = (site: Site, ...words: readonly string[]) => site.call(['change', 'record', ...words]);
const strike = ['void', '--reason', 'mistyped'];

function siteOf(id?: string): Site {
  const site = new Site();
  site.write('change.yaml', change(id));
  return site;
}

describe('ids', () => {
  test.each([
    ['', /the change is an empty word\n {2}Is a variable unset\?/],
    ['  ', /the change is an empty word/],
    ['../../no/such', /\.\.\/\.\.\/no\/such looks like a path, and there is no such file/],
    ['./nofile', /looks like a path/],
    ['x.json', /looks like a path/],
    ['..', /^backout: \.\. is a folder, and there is no change\.yaml in it\n {2}Correct the path/],
    ['empty', /empty is a folder, and there is no change\.yaml in it/],
    ['x.yaml', /there is no such file/],
    ['i'.repeat(300), /is no id of a change: it is longer than 200 characters/],
    [' CHG1', /" CHG1" is no id of a change/],
  ])('%p is refused, and nothing is recorded', async (id, message) => {
    const site = siteOf();
    site.write('empty/file', '');
    const { code, stderr } = await record(site, id, 'one', 'done');
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(site.read('home/changes')).toBe('');
    expect(() => readdirSync(site.path('home/changes'))).toThrow('ENOENT');
  });

  test.each([
    ['change', 'status'],
    ['run', '--yes', '--change'],
    ['derive', '--ledger'],
  ])('an empty or endless one is a wrong call everywhere: %p', async (...call) => {
    const site = siteOf();
    for (const id of ['', 'i'.repeat(300)]) expect((await site.call([...call, id])).code).toBe(2);
  });

  test('an id that looks like a path is taken once its file has named it', async () => {
    const site = siteOf('REL/2026-4');
    expect((await record(site, 'REL/2026-4', 'one', 'started')).code).toBe(2);
    expect((await record(site, 'change.yaml', 'one', 'started')).code).toBe(0);
    expect((await record(site, 'REL/2026-4', 'one', 'done')).code).toBe(0);
  });

  test('a folder with a change.yaml is that change, and one of a change that is known is no hindrance', async () => {
    const site = siteOf();
    site.write('CHG1/log', '');
    expect((await record(site, '.', 'one', 'started')).stderr).toBe('CHG1: one started\n');
    expect((await record(site, 'CHG1', 'one', 'done')).stderr).toBe('CHG1: one done\n');
  });

  test('a file with an id that is too long is told so', async () => {
    const { code, stderr } = await record(siteOf('i'.repeat(300)), 'change.yaml', 'one', 'done');
    expect([code, stderr]).toEqual([2, expect.stringContaining('longer than 200 characters')]);
  });
});

describe('void', () => {
  test('a mistyped step hinders no backout any more; who struck it out, and why, is shown', async () => {
    const site = siteOf();
    await record(site, 'CHG1', 'oen', 'started');
    await record(site, 'CHG1', 'oen', 'done');
    await record(site, 'CHG1', 'one', 'done');
    expect((await site.call(derive)).stderr).toContain('recorded, and no step of the file: oen');
    const struck = await record(site, 'CHG1', 'oen', ...strike, '--by', 'anna');
    expect([struck.code, struck.stderr]).toEqual([0, 'CHG1: oen struck out\n']);
    expect((await site.call(derive)).code).toBe(0);
    const { stdout } = await site.call(['change', 'status', 'change.yaml']);
    expect(stdout).toMatch(/oen \(no step of the file\): not begun, .*anna.*struck out \(mistyped\)/);
    expect(stdout).toMatch(/before: begun,[\s\S]*before: done,/);
  });

  test('said again it adds nothing; what is recorded after it counts', async () => {
    const site = siteOf();
    await record(site, 'CHG1', 'one', 'done');
    await record(site, 'CHG1', 'one', ...strike);
    expect((await record(site, 'CHG1', 'one', ...strike)).stderr).toBe('CHG1: one is struck out already\n');
    expect((await site.call(derive)).stderr).toContain('Nothing of CHG1 is left');
    expect((await record(site, 'CHG1', 'one', 'done')).stderr).toBe('CHG1: one done\n');
    expect((await site.call(derive)).stdout).toContain('echo undo');
    expect(site.read('home/changes/CHG1/ledger.ndjson').trimEnd().split('\n')).toHaveLength(3);
  });

  test('what a run has done stays: it is as it was before the wrong record', async () => {
    const site = siteOf();
    site.write('bad', '');
    expect((await site.call(['change', 'run', 'change.yaml', '--yes'])).code).toBe(1);
    await record(site, 'CHG1', 'one', 'done');
    expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain('one: done');
    await record(site, 'CHG1', 'one', ...strike);
    expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain('one: failed');
  });

  test.each([
    [['one', 'void'], /void needs --reason/],
    [['one', 'void', '--reason', ' '], /void needs --reason/],
    [['one', 'void', '--reason', 'x', '--output', 'a=b'], /void takes no --output/],
    [['onee', ...strike], /nothing was recorded of step onee of CHG1\n {2}Did you mean "one"\?/],
    [['one', 'done', '--reason', 'x'], /--reason goes with void/],
  ])('%p is refused', async (words, message) => {
    const site = siteOf();
    await record(site, 'CHG1', 'one', 'done');
    const { code, stderr } = await record(site, 'CHG1', ...words);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(site.read('home/changes/CHG1/ledger.ndjson').trimEnd().split('\n')).toHaveLength(1);
  });
});
