/** A word that was recorded under a clock that was ahead: no backout counts as begun on the spot for it. */
import { describe, expect, jest, test } from '@jest/globals';
import { aheadWords } from '../../src/journal/clock-ahead.ts';
import { openHome } from '../../src/runtime/home/home.ts';
import { addToLedger, ledgerFolder } from '../../src/runtime/home/ledger.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const minute = 60_000;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');
const playbook = (windowEnds?: string) => `name: shop
change: { id: CHG1${windowEnds === undefined ? '' : `, windowEnds: ${windowEnds}`} }
phases: { restore: [{ id: db, run: echo done > restored }] }
`;
const run = ['run', 'playbook.yaml', '--yes'];

/** As a machine whose clock is ahead by so much would have recorded it. */
function recordAhead(site: Site, ms: number, step = 'deploy'): void {
  const home = openHome(site.home, {});
  const by = { login: 'ops', sudoUser: null, claimed: null, host: 'vm' };
  const event = { change: 'CHG1', step, state: 'done', outputs: {}, source: null, by } as const;
  addToLedger(
    home,
    ledgerFolder(home, 'CHG1'),
    () => Date.now() + ms,
    () => ({ type: 'ledger.recorded', ...event }),
  );
}

describe('a backout', () => {
  test('after the end of its window is late, whatever lies ahead; nothing is shown as though it were past', async () => {
    const site = new Site(playbook(inMs(-5 * minute)));
    recordAhead(site, 120 * minute);
    const { code, stderr } = await site.call(run);
    expect([code, site.read('restored')]).toEqual([2, '']);
    expect(flat(stderr)).toContain('This backout of shop comes LATE: the window ended 5 min');
    expect(flat(stderr)).toContain("which is still to come by this machine's clock");
    expect(stderr).not.toContain('Change made');
  });

  test('without a window is not held up; that nobody can tell is said and kept', async () => {
    const site = new Site(playbook());
    recordAhead(site, 120 * minute);
    const { code, stderr } = await site.call(run);
    expect([code, flat(stderr)]).toEqual([0, expect.stringContaining('comes late cannot be told for sure')]);
    expect(site.events('run.began')[0]?.notes?.join()).toContain('still to come');
  });

  test('on the spot is one all the same where the clocks of two machines differ by seconds', async () => {
    const site = new Site(playbook(inMs(-5 * minute)));
    recordAhead(site, 40_000);
    const { code, stderr } = await site.call(run);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('cannot be told')]);
  });
});

test('whether others were carried out after it cannot be told then, and is said', async () => {
  const site = new Site(playbook());
  recordAhead(site, 120 * minute);
  for (const id of ['CHG2', 'CHG3']) await site.call(['change', 'record', id, 'deploy', 'done']);
  const { code, stderr } = await site.call(run);
  const said = 'Whether CHG2 (and 1 more) was carried out after CHG1 cannot be told: the ledger of CHG1 lies ahead';
  expect([code, flat(stderr)]).toEqual([0, expect.stringContaining(said)]);
});

test('change record says that the ledger lies ahead, and records all the same', async () => {
  const site = new Site();
  recordAhead(site, 120 * minute);
  const { code, stdout, stderr } = await site.call(['change', 'record', 'CHG1', 'next', 'done', '--json']);
  expect([code, JSON.parse(stdout)]).toEqual([0, { change: 'CHG1', step: 'next', state: 'done', written: true }]);
  expect(stderr).toMatch(
    /^The last entry of the ledger of CHG1 is of \S+Z, (2 h|1 h 59).* ahead of this machine's clock, .* look which clock is wrong\.\n$/,
  );
});

test.each([
  [0, undefined],
  [60_000, undefined],
  [60_001, expect.stringContaining('ahead')],
])('up to a minute is no more than clocks differ: %d ms', (ms, said) => {
  const now = Date.UTC(2026, 10, 22);
  expect(aheadWords('CHG1', now + ms, now)).toEqual(said);
});
