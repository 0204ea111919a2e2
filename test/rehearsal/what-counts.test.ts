/** Which rehearsals count for a real run, beside those that are edited or expired: what they have shown, and in which order. */
import { rmSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { trendOf, trendWords } from '../../src/cli/rehearsal/trend.ts';
import type { RehearsalPredicate } from '../../src/journal/evidence/statement.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = (more = '') => `
name: shop
withoutHealthChecks: only a test
parameters: { dir: { type: string, default: production } }
phases:
  disable-access: [{ id: close, run: 'mkdir -p \${{ params.dir }}' }]
  restore:
    - { id: first, run: 'test ! -e \${{ params.dir }}/broken', contingency: [{ id: instead, run: 'echo \${{ params.dir }}' }] }
    - { id: second, run: 'test ! -e \${{ params.dir }}/worse' }
policy: { rehearsal: refuse }
rehearsal:
  environment: staging
  parameters: { dir: staging }
${more}`;

const rehearse = ['rehearse', '.', '--yes'];
const run = ['run', '.', '--yes'];

test('a rehearsal that leaves every restore out does not count; one that leaves some out says how many', async () => {
  const left = (...ids: readonly string[]) =>
    playbook(`  leaveOut: [${ids.map((step) => `{ step: ${step}, reason: lazy }`).join(', ')}]\n`);
  const site = new Site(left('first', 'second'));
  const idle = await site.call(rehearse);
  expect([idle.code, idle.stderr]).toEqual([0, expect.stringContaining('It does not count as a rehearsal')]);
  expect(idle.stderr).not.toContain('PASSED');
  expect((await site.call(['rehearsals', '.'])).stdout).toContain('does not count: no restore step was carried out');
  const refused = await site.call(run);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('no restore step was carried out')]);
  site.write('playbook.yaml', left('close', 'first'));
  site.write('staging/x', '');
  expect((await site.call(rehearse)).stderr).toContain('It counts for this plan until');
  const told = await site.call(run);
  expect([told.code, told.stderr]).toEqual([0, expect.stringContaining('PASSED, 2 of 3 steps left out, counts until')]);
});

test('a newer rehearsal of the same plan that failed ends what an older one has shown; a newer good one heals it', async () => {
  const site = new Site(playbook());
  expect((await site.call(rehearse)).code).toBe(0);
  site.write('staging/worse', '');
  expect((await site.call(rehearse)).code).toBe(1);
  const refused = await site.call(run);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('does not count: it failed')]);
  expect(refused.stderr).not.toContain('not believed');
  const listed = (await site.call(['rehearsals', '.'])).stdout;
  expect(listed).toContain(`a newer rehearsal of it, ${site.runs[0]}, failed`);
  expect(listed).not.toContain('counts until');
  expect((await site.call(['doc', '.'])).stdout).toContain('It does not count: it failed');
  rmSync(site.path('staging/worse'));
  expect((await site.call(rehearse)).code).toBe(0);
  expect((await site.call(run)).code).toBe(0);
});

test('a failed drill ends nothing, and exits with 1 also where its run went well', async () => {
  const site = new Site(playbook());
  expect((await site.call(rehearse)).code).toBe(0);
  const drill = await site.call([...rehearse, '--inject', 'instead:fail']);
  expect([drill.code, drill.stderr]).toEqual([1, expect.stringContaining('instead:fail was not reached')]);
  expect((await site.call(run)).code).toBe(0);
});

test('drills alone are no rehearsal, and hide none that failed', async () => {
  const site = new Site(playbook());
  const drill = [...rehearse, '--inject', 'first:fail'];
  await site.call(drill);
  const drilled = await site.call(run);
  expect([drilled.code, drilled.stderr]).toEqual([
    2,
    expect.stringContaining('there were drills, and no whole rehears'),
  ]);
  site.write('staging/worse', '');
  await site.call(rehearse);
  const [failed = ''] = site.runs;
  await site.call(drill);
  const refused = await site.call(run);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`${failed}, does not count: it failed`)]);
});

test('a policy that warns says so, on the screen and in the journal', async () => {
  const site = new Site(playbook().replace('rehearsal: refuse', 'rehearsal: warn'));
  const { code, stderr } = await site.call(run);
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('Not rehearsed: this plan was never rehearsed as it is now.'),
  ]);
  expect(site.events('run.began')[0]?.notes).toEqual(['begun although this plan was never rehearsed as it is now']);
});

test('a reason alone does not begin a run that wants a rehearsal: to do without is said in so many words', async () => {
  const site = new Site(playbook().replace('rehearsal: refuse', 'rehearsal: override'));
  const reason = ['--reason', 'disk full'];
  expect((await site.call([...run, ...reason])).code).toBe(2);
  expect((await site.call([...run, ...reason, '--without-rehearsal'])).code).toBe(0);
});

test('no trend is said of what failed, across an edit, or of what is lost in the noise', async () => {
  const site = new Site(playbook());
  await site.call(rehearse);
  site.write('staging/worse', '');
  await site.call(rehearse);
  const failed = JSON.parse((await site.call(['rehearsals', '.', '--json'])).stdout);
  expect(failed.map(({ trend }: { trend: unknown }) => trend)).toEqual([null, null]);
  rmSync(site.path('staging/worse'));
  site.write('playbook.yaml', playbook().replace('mkdir -p', 'mkdir  -p'));
  await site.call(rehearse);
  expect(JSON.parse((await site.call(['rehearsals', '.', '--json'])).stdout)[0].trend).toBeNull();
  await site.call(rehearse);
  expect(JSON.parse((await site.call(['rehearsals', '.', '--json'])).stdout)[0].trend).not.toBeNull();
  const times = (ms: number): Pick<RehearsalPredicate, 'ms' | 'steps'> => ({ ms, steps: [] });
  const words = (now: number, before: number) => {
    const trend = trendOf(times(now), times(before));
    return trend === undefined ? '' : trendWords(trend);
  };
  expect([words(30, 15), words(20_000, 10_000)]).toEqual(['as fast as before', '100 % slower']);
});
