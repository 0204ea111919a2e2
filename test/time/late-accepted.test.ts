/** A late backout that is accepted: what is kept of that, and which earlier run is shown before. */
import { rmSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const ended = new Date(Date.now() - 3 * 3_600_000).toISOString();
const playbook = (name = 'shop') => `
name: ${name}
system: shop
change: { id: CHG0042, windowEnds: ${ended} }
phases:
  restore: [{ id: db, run: 'test ! -e broken' }]
rehearsal: { environment: staging, harmless: [{ step: db, reason: it looks }] }
`;
const run = (file = 'playbook.yaml') => ['run', file, '--yes'];
const accept = ['--accept-late', '--reason', 'the CAB wants it'];

test('what was decided of the window stands in the journal beside who accepted it late; a blank is no reason', async () => {
  const site = new Site(playbook());
  await site.call(['deadline', 'playbook.yaml', '--decide', 'go-on', '--reason', 'it works']);
  const blank = await site.call([...run(), '--accept-late', '--reason', '  ']);
  expect([blank.code, blank.stderr]).toEqual([2, expect.stringContaining('--accept-late needs --reason')]);
  expect((await site.call([...run(), ...accept])).code).toBe(0);
  expect(site.events('run.began')[0]?.notes).toEqual([
    expect.stringContaining('to go on without backing out. Reason: it works'),
    expect.stringMatching(/^begun late .*: the CAB wants it$/),
  ]);
});

test('the last run of this playbook that went well is shown, a rehearsal too', async () => {
  const site = new Site(playbook());
  site.write('other.yaml', playbook('other'));
  const last = async () => {
    const { code, stderr } = await site.call(run());
    expect(code).toBe(2);
    return /Last done (\w+) .*? ago \((\w+)\)/.exec(stderr.replaceAll(/\s+/g, ' '))?.slice(1) ?? [];
  };
  await site.call([...run(), ...accept]);
  await site.call([...run(), ...accept]);
  const [second] = site.runs;
  await site.call([...run('other.yaml'), ...accept]);
  site.write('broken', '');
  expect((await site.call([...run(), ...accept])).code).toBe(1);
  expect((await last()).at(-1)).toBe(second);
  rmSync(site.path('broken'));
  expect((await site.call(['rehearse', 'playbook.yaml', '--yes'])).code).toBe(0);
  expect(await last()).toEqual([expect.stringMatching(/^rehearsed/), site.runs[0]]);
});
