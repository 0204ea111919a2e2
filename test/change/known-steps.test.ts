/** Where the ledger knows the change's file, an id alone is enough to be told of a step that the file does not have. */
import { describe, expect, jest, test } from '@jest/globals';
import { knownSteps } from '../../src/journal/known-steps.ts';
import type { ChangeFile, LedgerEvent } from '../../src/journal/ledger-event.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const change = (...ids: readonly string[]): string =>
  `kind: Change\nid: CHG1\nsystem: s\nsteps:\n${ids.map((id) => `  - { id: ${id}, run: 'true', backout: [] }\n`).join('')}`;
const record = (site: Site, ...words: readonly string[]) => site.call(['change', 'record', ...words]);
const ledger = (site: Site): string => site.read('home/changes/CHG1/ledger.ndjson');
const listsIn = (site: Site): readonly (readonly string[] | undefined)[] =>
  ledger(site)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).event.source?.all);

function siteWith(...ids: readonly string[]): Site {
  const site = new Site();
  site.write('change.yaml', change(...ids));
  return site;
}

describe('change record with an id alone', () => {
  test('refuses a step that the file does not have, names the nearest, and writes nothing', async () => {
    const site = siteWith('migrate', 'deploy');
    await record(site, 'change.yaml', 'migrate', 'done');
    const before = ledger(site);
    const { code, stdout, stderr } = await record(site, 'CHG1', 'deplyo', 'done', '--json');
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      'backout: the change CHG1 has no step "deplyo"\n  Did you mean "deploy"?\n  If the file has it since: add --file change.yaml. Nothing was recorded.\n',
    ]);
    expect(ledger(site)).toBe(before);
    expect((await record(site, 'CHG1', 'deploy', 'done')).code).toBe(0);
  });

  test('lists the steps where none is near', async () => {
    const site = siteWith('migrate', 'deploy');
    await record(site, 'CHG1', 'migrate', 'done', '--file', 'change.yaml');
    expect((await record(site, 'CHG1', 'something-else', 'done')).stderr).toContain('It has: migrate, deploy.');
  });

  test('knows the steps from a run that carried the change out', async () => {
    const site = siteWith('migrate', 'deploy');
    expect((await site.call(['change', 'run', 'change.yaml', '--yes'])).code).toBe(0);
    const { code, stderr } = await record(site, 'CHG1', 'migrat', 'failed');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean "migrate"?')]);
    expect((await record(site, 'CHG1', 'migrate', 'failed')).code).toBe(0);
  });

  test('takes any step where nobody has named the file', async () => {
    const site = siteWith('migrate');
    expect((await record(site, 'CHG1', 'anything', 'done')).code).toBe(0);
    expect((await record(site, 'CHG1', 'anything-else', 'done')).code).toBe(0);
  });

  test('does not read the file: what was known holds when it has gone', async () => {
    const site = siteWith('migrate', 'deploy');
    await record(site, 'change.yaml', 'migrate', 'done');
    site.write('change.yaml', '{{{ no YAML');
    expect((await record(site, 'CHG1', 'deploy', 'done')).code).toBe(0);
    expect((await record(site, 'CHG1', 'deploi', 'done')).code).toBe(2);
  });
});

describe('the list of steps in the ledger', () => {
  test('is written once, and again when the file has other steps', async () => {
    const site = siteWith('one', 'two');
    await record(site, 'change.yaml', 'one', 'started');
    await record(site, 'change.yaml', 'one', 'done');
    await record(site, 'CHG1', 'two', 'started');
    site.write('change.yaml', change('one', 'two', 'three'));
    expect((await record(site, 'CHG1', 'three', 'done')).code).toBe(2);
    await record(site, 'change.yaml', 'two', 'done');
    expect((await record(site, 'CHG1', 'three', 'done')).code).toBe(0);
    expect(listsIn(site)).toEqual([['one', 'two'], undefined, undefined, ['one', 'two', 'three'], undefined]);
  });
});

const by = { login: 'x', host: 'h', sudoUser: null, claimed: null };
const recorded = (step: string, source: ChangeFile | null): LedgerEvent => ({
  type: 'ledger.recorded',
  at: 1,
  by,
  change: 'C',
  step,
  state: 'done',
  outputs: {},
  source,
});

describe('knownSteps', () => {
  test('knows nothing of a ledger whose entries have no list', () => {
    expect(knownSteps([])).toBeUndefined();
    expect(knownSteps([recorded('a', null), recorded('b', { file: '/c', steps: { b: '1' } })])).toBeUndefined();
  });

  test('takes the newest list, and what was looked up since', () => {
    const first = recorded('a', { file: '/c', steps: { a: '1' }, all: ['a', 'b'] });
    const second = recorded('c', { file: '/c', steps: { c: '1' }, all: ['c'] });
    expect(knownSteps([first, recorded('x', { file: '/c', steps: { x: '1' } })])).toEqual(['a', 'b', 'x']);
    expect(knownSteps([first, second, recorded('y', null)])).toEqual(['c']);
  });
});
