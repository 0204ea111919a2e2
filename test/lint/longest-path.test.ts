/** The time budget against what the steps on the longest path may take. */
import { expect, test } from '@jest/globals';
import { adapters, judge, rehearsed, rulesIn, sound, told } from './judged.ts';

const facts = rehearsed;

test('steps side by side count once, and contingencies not at all, in the longest path', async () => {
  const beside =
    '    - { id: beside, owner: dba, run: x, needs: [], timeout: 50m, verify: { run: y }, contingency: [{ owner: dba, manual: z }] }\n';
  const text = sound.replace('  health-checks', `${beside}  health-checks`);
  expect(told(await judge(text, { facts }))).toEqual([]);
  expect(rulesIn(await judge(text.replace('needs: [], ', ''), { facts }))).toEqual(['budget-below-timeouts']);
  expect(rulesIn(await judge(text.replace('timeout: 50m', 'timeout: 58m'), { facts }))).toEqual([
    'budget-below-timeouts',
  ]);
});

/** What `sound` does around its restore takes 3 minutes. */
test.each<[string, string, string, string | undefined]>([
  [
    'what is needed may stand below',
    '{ id: x, run: x, needs: [y], timeout: 30m }, { id: y, run: x, needs: [], timeout: 30m }',
    '62m',
    'x',
  ],
  [
    'of what is needed the longest counts',
    '{ run: x, timeout: 10m }, { id: y, run: x, needs: [], timeout: 20m }, { run: x, needs: [restore-1, y], timeout: 20m }',
    '43m',
    undefined,
  ],
  ['a step without an id is named by its place', '{ run: x, timeout: 1h }', '1h', 'restore-1'],
  ['a restore without limits is not named', '{ id: x, run: x }', '2m', 'disable-access-1'],
  ['a person has half an hour', '{ id: x, manual: Do it. }', '32m', 'x'],
  ['a person has the time that the step says', '{ id: x, manual: Do it., answerWithin: 50m }', '52m', 'x'],
  ['an adapter has its own limit', '{ id: x, uses: copy }', '3m', 'x'],
  ['an adapter that tries has that much more', '{ id: x, uses: copy, until: { within: 50m } }', '53m', 'x'],
  ['an adapter that tries as long as it may', '{ id: x, uses: copy, until: {} }', '5m', undefined],
  ['an adapter that tries longer than it may', '{ id: x, uses: copy, until: {} }', '4m', 'x'],
])('the longest path: %s', async (_, steps, budget, by) => {
  const text = sound
    .replace(/ {2}restore:[\s\S]*(?= {2}health-checks)/, `  restore: [${steps}]\n`)
    .replace('timeBudget: 1h', `timeBudget: ${budget}`);
  const { findings } = await judge(text, { adapters, facts });
  const found = findings.filter(({ rule }) => rule === 'budget-below-timeouts').map(({ message }) => message);
  expect(found).toEqual(by === undefined ? [] : [expect.stringContaining(`(by ${by})`)]);
});

test('at medium risk a budget below the timeouts is a note', async () => {
  const text = sound.replace('risk: high', 'risk: medium').replace('timeBudget: 1h', 'timeBudget: 12m');
  expect(told(await judge(text, { facts }))).toEqual([
    expect.stringMatching(/^5:13 note budget-below-timeouts: timeBudget is 12m/),
  ]);
});
