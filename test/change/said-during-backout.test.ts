/** What a pipeline says of a change while that is taken back: what was undone afterwards stays undone (P4). */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const change = `kind: Change
id: C1
system: shop
steps:
  - { id: a, run: 'echo +1 >> a.log', backout: [{ run: 'echo -1 >> a.log' }] }
  - { id: b, run: 'true', backout: [{ id: ask, manual: Look }] }
  - { id: look, run: 'true', backout: [] }
`;
const say = (step: string, ...more: readonly string[]) => ['change', 'record', 'change.yaml', step, 'done', ...more];
const takeBack = ['run', '--change', 'C1', '--yes'];

async function waitingBackout(): Promise<{ readonly site: Site; readonly run: string }> {
  const site = new Site('name: none\nphases: {}\n');
  site.write('change.yaml', change);
  site.write('a.log', '+1\n');
  for (const step of ['a', 'b', 'look']) expect((await site.call(say(step))).code).toBe(0);
  expect((await site.call(takeBack)).code).toBe(3);
  return { site, run: site.runs[0] ?? '' };
}

test.each([
  ['the same word of the same person', []],
  ['a word with something new in it', ['--output', 'version=2']],
  ['the word of another', ['--by', 'somebody else']],
])('%s before the undo: the undo counts, and is not done twice', async (_, more) => {
  const { site, run } = await waitingBackout();
  for (const step of ['a', 'look']) expect((await site.call(say(step, ...more))).code).toBe(0);
  expect((await site.call(['confirm', run, 'ask'])).code).toBe(0);
  const status = (await site.call(['change', 'status', 'C1'])).stdout;
  expect(status).toMatch(/\n {2}a: taken back,.*\n {6}before: done,/);
  expect((await site.call(takeBack)).code).toBe(0);
  expect(site.read('a.log')).toBe('+1\n-1\n');
});

test('the same word adds nothing while nothing has taken the step back; afterwards it is new', async () => {
  const { site, run } = await waitingBackout();
  expect((await site.call(say('a'))).stderr).toBe('C1: a is done already\n');
  await site.call(['confirm', run, 'ask']);
  expect((await site.call(say('a'))).stderr).toBe('C1: a done\n');
  expect((await site.call(takeBack)).code).toBe(0);
  expect(site.read('a.log')).toBe('+1\n-1\n-1\n');
});

test('while it is taken back status and a second call say so, whatever is recorded meanwhile', async () => {
  const { site, run } = await waitingBackout();
  expect((await site.call(say('look', '--by', 'a pipeline'))).code).toBe(0);
  expect((await site.call(['change', 'status', 'C1'])).stdout).toContain(
    `\nBeing taken back by run ${run}, which has not ended: backout status ${run}\n`,
  );
  const document = JSON.parse((await site.call(['change', 'status', 'C1', '--json'])).stdout);
  expect(document).toMatchObject({ takenBackBy: run, backoutEnd: 'open' });
  const { code, stderr } = await site.call(takeBack);
  expect([code, stderr]).toEqual([5, expect.stringContaining(`run ${run}, which takes C1 back, has not ended`)]);
});
