/** A change is not taken back over a later one of the same system without a word. */
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

test('where the file of the other is gone, that is said and nothing is refused', async () => {
  const site = siteOf();
  await site.call(carryOut('A'));
  await site.call(['change', 'record', 'Z', 'm', 'done']);
  const { code, stderr } = await site.call(takeBack('A'));
  expect([code, flat(stderr)]).toEqual([
    0,
    expect.stringContaining('Whether Z, which was carried out since, changed shop cannot be told'),
  ]);
});
