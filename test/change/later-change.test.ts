/** A change is not taken back over a later one of the same system without a word. */
import { rmSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const frame = `name: shop
system: shop
phases:
  restore: [{ id: restore-db, run: cp backup db }]
  health-checks: [{ id: ok, run: test -s db }]
`;
const change = (id: string, system = 'shop') => `kind: Change
id: ${id}
system: ${system}
${system === 'shop' ? 'frame: ./playbook.yaml\n' : ''}steps:
  - { id: m, run: 'echo ${id} >> db', ${system === 'shop' ? 'coveredBy: restore-db' : "backout: [{ run: 'true' }]"} }
`;

function siteOf(): Site {
  const site = new Site(frame);
  for (const id of ['A', 'B']) site.write(`${id}.yaml`, change(id));
  site.write('C.yaml', change('C', 'other'));
  site.write('db', 'base\n');
  site.write('backup', 'base\n');
  return site;
}

const carryOut = (id: string) => ['change', 'run', `${id}.yaml`, '--yes'];
const takeBack = (id: string) => ['run', '--change', id, '--yes'];
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

test.each([
  ['carried out', carryOut('B')],
  ['recorded', ['change', 'record', 'B.yaml', 'm', 'done']],
])('a later change that was %s is named, and wants to be accepted', async (_, later) => {
  const site = siteOf();
  await site.call(carryOut('A'));
  await site.call(later);
  const refused = await site.call(takeBack('A'));
  expect(refused.code).toBe(2);
  expect(flat(refused.stderr)).toMatch(
    /This backout of shop comes LATE: B was carried out since, .* ago\..*Later change B, .*What they changed is lost too/,
  );
  expect(site.read('db')).toContain('A\n');
  const accepted = await site.call([...takeBack('A'), '--accept-late', '--reason', 'B is of no use without A']);
  expect([accepted.code, site.read('db')]).toEqual([0, 'base\n']);
  expect(site.events('run.began').at(-1)?.notes?.join()).toContain('B was carried out since');
});

test('the later one itself, one of another system, and one that was taken back are not in the way', async () => {
  const site = siteOf();
  for (const id of ['A', 'B', 'C']) await site.call(carryOut(id));
  expect((await site.call(takeBack('B'))).code).toBe(0);
  expect((await site.call(takeBack('A'))).code).toBe(0);
});

test.each([
  ['names no file', 'Z', 'it was recorded by its id alone, without its file.'],
  ['whose file is gone', 'C.yaml', /its file cannot be read any more: \S+\/C\.yaml\./],
])('where the ledger of the other %s, that is said and nothing is refused', async (_, other, why) => {
  const site = siteOf();
  await site.call(carryOut('A'));
  await site.call(['change', 'record', other, 'm', 'done']);
  rmSync(site.path('C.yaml'));
  const { code, stderr } = await site.call(takeBack('A'));
  const said = `Whether ${other[0]}, which was carried out since, changed shop cannot be told: `;
  expect([code, flat(stderr)]).toEqual([0, expect.stringContaining(said)]);
  expect(flat(stderr).split(said)[1]).toMatch(why);
});

test('what is undone decides: a check that was recorded later hides nothing, and is no later change', async () => {
  const site = siteOf();
  for (const id of ['A', 'B']) site.write(`${id}.yaml`, `${change(id)}  - { id: look, run: 'true', backout: [] }\n`);
  const record = (id: string, step: string) => site.call(['change', 'record', `${id}.yaml`, step, 'done']);
  await record('A', 'm');
  await record('B', 'm');
  await record('A', 'look');
  expect((await site.call(takeBack('A'))).code).toBe(2);
  const other = siteOf();
  other.write('B.yaml', site.read('B.yaml'));
  await other.call(carryOut('A'));
  await other.call(['change', 'record', 'B.yaml', 'look', 'done']);
  expect((await other.call(takeBack('A'))).code).toBe(0);
});

test('--backout-on-failure accepts no later change by itself: people are told', async () => {
  const site = siteOf();
  const asks = "  - { id: ask, manual: look, backout: [] }\n  - { id: bad, run: 'false', backout: [] }\n";
  site.write('A.yaml', `${change('A')}${asks}`);
  expect((await site.call([...carryOut('A'), '--backout-on-failure'])).code).toBe(3);
  const [run = ''] = site.runs;
  await site.call(['change', 'record', 'B.yaml', 'm', 'done']);
  const { code, stderr } = await site.call(['confirm', run, 'ask']);
  expect([code, flat(stderr)]).toEqual([1, expect.stringContaining('A FAILED AND WAS NOT TAKEN BACK')]);
  expect(flat(stderr)).toContain('B was carried out since');
  expect(site.read('db')).toBe('base\nA\n');
});
