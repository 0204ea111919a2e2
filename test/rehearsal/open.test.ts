/** A rehearsal that has not ended: listed, shown where nothing real is, and named as one where it stands in the way. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = `
name: shop
withoutHealthChecks: only a test
parameters: { dir: { type: string, default: production } }
phases:
  restore:
    - { id: put-back, run: 'until [ -e \${{ params.dir }}.go ]; do sleep 0.01; done' }
    - { id: look, manual: Look at it. }
rehearsal:
  environment: staging
  parameters: { dir: staging }
`;

const rehearse = ['rehearse', '.', '--yes'];

test('is listed while it runs and while it waits for a person, and is a rehearsal to whoever comes then', async () => {
  const site = new Site(playbook);
  const engine = site.start(rehearse);
  await site.recorded('step.started', 'put-back');
  const [run = ''] = site.runs;
  const listed = async (...args: readonly string[]) => (await site.call(['rehearsals', ...args])).stdout;
  expect(await listed()).toMatch(new RegExp(`^${run}  running  shop in staging, rehearsal, began just now\n`));
  expect(await listed('.')).toContain(`has not ended: backout status ${run}`);
  const held = await site.call(rehearse);
  expect([held.code, held.stderr]).toEqual([5, expect.stringContaining('another rehearsal of shop has not ended')]);
  site.write('staging.go', '');
  expect((await engine.ended).code).toBe(3);
  expect(await listed()).toContain(`${run}  waiting  shop in staging`);
  expect(JSON.parse(await listed('--json'))).toMatchObject([
    { run, playbook: 'shop', environment: 'staging', status: 'waiting', result: null, counts: false, signed: false },
  ]);
  expect((await site.call(rehearse)).stderr).toContain('another rehearsal of shop has not ended');
  expect((await site.call(['status'])).stdout).toMatch(/^REHEARSAL in staging of shop/);
  expect((await site.call(['confirm', run, 'look'])).code).toBe(0);
  expect(await listed()).toMatch(new RegExp(`^${run}  PASSED  shop in staging, rehearsal, `));
  expect(JSON.parse(await listed('--json'))).toHaveLength(1);
});

test('one whose journal is damaged hides no other', async () => {
  const site = new Site(playbook);
  site.write('staging.go', '');
  expect((await site.call(rehearse)).code).toBe(3);
  const [broken = ''] = site.runs;
  site.write('other/playbook.yaml', playbook.replace('name: shop', 'name: mail'));
  site.write('other/staging.go', '');
  expect((await site.call(['rehearse', 'other', '--yes'])).code).toBe(3);
  site.write(`home/runs/${broken}/plan.json`, '{}');
  const { code, stdout, stderr } = await site.call(['rehearsals']);
  expect([code, stderr]).toEqual([0, expect.stringContaining(`Rehearsal ${broken} cannot be read`)]);
  expect(stdout).toContain('waiting  mail in staging');
});
