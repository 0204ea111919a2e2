/** What was carried out is more than the contents of its steps: their order, and the frame around the way back. */
import { describe, expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(120_000);

const steps = {
  a: "  - { id: a, run: 'true', backout: [{ run: echo undo-a }] }\n",
  b: "  - { id: b, run: 'true', coveredBy: rdb }\n",
  c: "  - { id: c, run: 'true', backout: [] }\n",
};
const change = (...order: readonly (keyof typeof steps)[]): string =>
  `kind: Change\nid: CHG1\nsystem: shop\nframe: playbook.yaml\nsteps:\n${order.map((id) => steps[id]).join('')}`;
const frame = `name: shop
phases:
  restore: [{ id: rdb, run: echo rdb }]
  announce: [{ id: tell, run: echo tell }]
escalate: [{ id: call, run: echo call }]
`;

async function siteOf(how: 'run' | 'record'): Promise<Site> {
  const site = new Site(frame);
  site.write('change.yaml', change('a', 'b'));
  if (how === 'run') expect((await site.call(['change', 'run', 'change.yaml', '--yes'])).code).toBe(0);
  for (const step of how === 'record' ? ['a', 'b'] : []) {
    expect((await site.call(['change', 'record', 'change.yaml', step, 'done'])).code).toBe(0);
  }
  return site;
}

const derive = ['derive', 'CHG1', '--ledger'];

describe.each(['run', 'record'] as const)('carried out by change %s', (how) => {
  test('untouched it is derived, also with a step behind, a comment, another summary of the frame', async () => {
    const site = await siteOf(how);
    site.write('change.yaml', `# seen\n${change('a', 'b', 'c')}`);
    site.write('playbook.yaml', `${frame}summary: as ever\n`);
    expect((await site.call(derive)).code).toBe(0);
  });

  test('steps that were swapped since are not what was carried out', async () => {
    const site = await siteOf(how);
    site.write('change.yaml', change('b', 'a'));
    const { code, stderr } = await site.call(derive);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('in another place of the order since it was carried out: a, b'),
    ]);
    const accepted = await site.call([...derive, '--accept-edited', '--reason', 'so']);
    expect([accepted.code, accepted.stderr]).toEqual([0, expect.stringContaining('(accepted: so)')]);
  });

  test.each([
    ['a step', frame.replace('echo rdb', 'echo EVIL')],
    ['who is called', frame.replace(/escalate.*\n/, '')],
  ])('a frame of which %p was edited since is not what was carried out', async (_what, edited) => {
    const site = await siteOf(how);
    site.write('playbook.yaml', edited);
    const { code, stderr } = await site.call(['run', '--change', 'CHG1', '--yes']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('the frame was edited since it was carried out')]);
    expect((await site.call([...derive, '--accept-edited', '--reason', 'so'])).code).toBe(0);
  });
});

test('a frame that was not there while a step was recorded is no edited one', async () => {
  const site = new Site();
  site.write('change.yaml', change('a', 'b'));
  await site.call(['change', 'record', 'change.yaml', 'a', 'done']);
  site.write('playbook.yaml', frame);
  expect((await site.call(derive)).code).toBe(0);
});

describe('recorded from files that differ', () => {
  test('a step is said to be so, in status and where it is taken back', async () => {
    const site = await siteOf('record');
    site.write('change.yaml', change('a', 'b').replace('echo undo-a', 'echo other'));
    expect((await site.call(derive)).stderr).toContain('edited since it was carried out: a');
    await site.call(['change', 'record', 'change.yaml', 'a', 'done', '--by', 'p99']);
    const told = 'a was recorded from files that say different things of it';
    const derived = await site.call(derive);
    expect([derived.code, derived.stderr, derived.stdout]).toEqual([
      0,
      expect.stringContaining(told),
      expect.stringContaining(told),
    ]);
    expect((await site.call(['change', 'status', 'CHG1'])).stdout).toContain(told);
  });

  test('the frame is said to be so', async () => {
    const site = await siteOf('record');
    site.write('playbook.yaml', frame.replace('echo rdb', 'echo EVIL'));
    await site.call(['change', 'record', 'change.yaml', 'a', 'done', '--by', 'p99']);
    expect((await site.call(derive)).stderr).toContain('Steps were recorded under frames that do not say the same');
  });

  test('taken back in between, the new file is the only one', async () => {
    const site = await siteOf('record');
    expect((await site.call(['run', '--change', 'CHG1', '--yes'])).code).toBe(0);
    site.write('change.yaml', change('a', 'b').replace('echo undo-a', 'echo other'));
    site.write('playbook.yaml', frame.replace('echo rdb', 'echo EVIL'));
    await site.call(['change', 'record', 'change.yaml', 'a', 'done']);
    const { code, stderr } = await site.call(derive);
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/different things|do not say the same/)]);
  });
});
