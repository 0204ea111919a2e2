/** Two calls that take the same change back: whatever the moment at which the second comes, nothing is undone twice (P4). */
import { describe, expect, jest, test } from '@jest/globals';
import { ledgerOf } from '../../src/cli/change/ledger-of.ts';
import { Overtaken, refuseOvertaken } from '../../src/cli/change/overtaken.ts';
import { lookAtHome } from '../../src/runtime/home/home.ts';
import { type Site as Place, Site } from '../rig/site.ts';

jest.setTimeout(60_000);

/** Where SLOW is set, its secret is read only when `ready` is there: after the way back was derived, before it begins. */
const change = (more = '') => `kind: Change
id: C1
system: shop
frame: playbook.yaml
steps:
  - { id: a, run: 'echo a', backout: [{ run: 'echo a >> undone' }] }
  - { id: b, run: 'test -z "$BAD"', backout: [{ run: 'echo b >> undone${more}' }] }
`;
const frame = `name: shop
secrets: { key: { command: [sh, -c, 'test -z "$SLOW" || { : > waits; until [ -e ready ]; do sleep 0.01; done; }; echo a-long-secret'] } }
phases:
  restore: []
  health-checks: [{ id: ok, run: 'true', env: { KEY: '\${{ secrets.key }}' } }]
escalate: [{ id: alarm, run: 'echo people >> alarm' }]
`;

function siteOf(more = ''): Place {
  const site = new Site(frame);
  site.write('change.yaml', change(more));
  return site;
}

const takeBack = ['run', '--change', 'C1', '--yes'];
const recorded = async (site: Place, ...steps: readonly string[]): Promise<void> => {
  for (const step of steps) expect((await site.call(['change', 'record', 'change.yaml', step, 'done'])).code).toBe(0);
};

async function late(site: Place, words: readonly string[], env: Record<string, string> = {}) {
  site.env = { SLOW: '1', ...env };
  const second = site.start(words);
  await site.appeared('waits');
  site.env = env;
  return second;
}

describe('the second has derived its way back when the first takes the change back', () => {
  test.each([
    ['', takeBack],
    [' with --once', [...takeBack, '--once']],
  ])('it finds that nothing is left%s', async (_, words) => {
    const site = siteOf();
    await recorded(site, 'a', 'b');
    const second = await late(site, words);
    expect((await site.call(takeBack)).code).toBe(0);
    site.write('ready', '');
    const { code, stderr } = await second.ended;
    expect([code, site.read('undone'), site.runs.length]).toEqual([0, 'b\na\n', 1]);
    expect(stderr).toContain(site.runs[0]);
  });

  test('it is refused where not all of it could be taken back', async () => {
    const site = siteOf('; exit 1');
    await recorded(site, 'a', 'b');
    const second = await late(site, takeBack);
    expect((await site.call(takeBack)).code).toBe(1);
    site.write('ready', '');
    const { code, stderr } = await second.ended;
    expect([code, site.read('undone')]).toEqual([2, 'b\n']);
    expect(stderr).toContain('has taken C1 back meanwhile, not all of it: nothing was done');
  });

  test('a step that is recorded meanwhile would not be taken back: it is refused', async () => {
    const site = siteOf();
    await recorded(site, 'a');
    const second = await late(site, takeBack);
    await recorded(site, 'b');
    site.write('ready', '');
    const { code, stderr } = await second.ended;
    expect([code, site.read('undone')]).toEqual([2, '']);
    expect(stderr).toContain('more of C1 was recorded while the way back was derived');
  });
});

describe('of two calls with --once and --backout-on-failure both tell of the one backout', () => {
  const carryOut = ['change', 'run', 'change.yaml', '--yes', '--once'];
  const takingBack = [...carryOut, '--backout-on-failure'];

  async function failed(more = ''): Promise<Place> {
    const site = siteOf(more);
    site.env = { BAD: '1' };
    expect((await site.call(carryOut)).code).toBe(1);
    return site;
  }

  test('also where it has ended by then', async () => {
    const site = await failed();
    const second = await late(site, takingBack, { BAD: '1' });
    expect((await site.call(takingBack)).code).toBe(8);
    site.write('ready', '');
    const { code, stderr } = await second.ended;
    expect([code, site.read('undone'), site.read('alarm')]).toEqual([8, 'b\na\n', '']);
    expect(stderr).not.toContain('WAS NOT TAKEN BACK');
  });

  test('also where it holds the system then', async () => {
    const site = await failed('; : > undoing; until [ -e go ]; do sleep 0.01; done');
    const second = await late(site, takingBack, { BAD: '1' });
    const first = site.start(takingBack);
    await site.appeared('undoing');
    site.write('ready', '');
    await second.says('It is not begun a second time');
    site.write('go', '');
    const codes = (await Promise.all([first.ended, second.ended])).map(({ code }) => code);
    expect([codes, site.read('undone'), site.read('alarm')]).toEqual([[8, 8], 'b\na\n', '']);
  });

  test('people are told where something else holds the system', async () => {
    const site = await failed();
    site.write(
      'other.yaml',
      "name: other\nsystem: shop\nphases: { restore: [{ run: ': > others; until [ -e go ]; do sleep 0.01; done' }] }\n",
    );
    const other = site.start(['run', 'other.yaml', '--yes']);
    await site.appeared('others');
    const { code, stderr } = await site.call(takingBack);
    expect([code, site.read('undone')]).toEqual([1, '']);
    expect(stderr).toContain('C1 FAILED AND WAS NOT TAKEN BACK');
    site.write('go', '');
    expect((await other.ended).code).toBe(0);
  });
});

test('a way back holds for the ledger that it was derived from, and for no later one', async () => {
  const site = siteOf();
  await recorded(site, 'a');
  const home = lookAtHome(undefined, site.environment());
  const known = ledgerOf(home, 'C1');
  expect(() => refuseOvertaken(home, 'C1', known)).not.toThrow();
  await recorded(site, 'b');
  expect(() => refuseOvertaken(home, 'C1', known)).toThrow('more of C1 was recorded');
  expect(() => refuseOvertaken(home, 'C1', ledgerOf(home, 'C1'))).not.toThrow();
  expect((await site.call(takeBack)).code).toBe(0);
  expect(() => refuseOvertaken(home, 'C1', { ...known, head: ledgerOf(home, 'C1').head })).toThrow(Overtaken);
});
