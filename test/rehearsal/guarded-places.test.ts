/** The real program, where a place comes from the environment, a secret or a list of which not all is known yet. */
import { expect, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

const playbook = (step: string, there: string) => `
name: guarded
withoutHealthChecks: x
secrets: { dbHost: { env: LIVE_DB_HOST } }
phases:
  restore:
    - { id: before, run: 'true' }
    - { id: ask, uses: postgres/query, with: { database: shop, query: select 1, expect: { rows: 1 } }, timeout: 5s, ${step} }
rehearsal: { environment: staging, harmless: [{ step: before, reason: it does nothing }], ${there} }
`;

async function judged(step: string, there: string, env: NodeJS.ProcessEnv = {}) {
  const site = new Site(playbook(step, there));
  const { stderr } = await site.call(['rehearse', '.', '--yes'], { env });
  return stderr;
}

test('a host that a secret says is a place like any other', async () => {
  const step = "env: { PGHOST: '${{ secrets.dbHost }}' }";
  const env = { LIVE_DB_HOST: '203.0.113.1', STAGING_DB_HOST: '203.0.113.2', PGHOST: '203.0.113.3' };
  const same = await judged(step, "env: { ask: { PGHOST: '203.0.113.2,203.0.113.1' } }", env);
  expect(same).toContain('would be rehearsed on the PostgreSQL database');
  expect(same).not.toContain('203.0.113.1');
  expect(await judged(step, "env: { ask: { PGHOST: '' } }", env)).not.toContain('would be rehearsed on');
});

test('what the run alone will know is asked about, and hides nothing that is known', async () => {
  const step = 'env: { PGHOST: \'${{ steps["before"].outputs.host }}\' }';
  expect(await judged(step, 'parameters: {}')).toContain('step ask does the same in the rehearsal as in production');
  const some = await judged(
    "env: { PGHOST: '203.0.113.1' }",
    'env: { ask: { PGHOST: \'${{ steps["before"].outputs.host }},203.0.113.1\' } }',
  );
  expect(some).toContain('on the PostgreSQL database 203.0.113.1:5432/shop, which is what it has in production');
});

test('a secret address is shown neither whole nor in the form in which it is compared', async () => {
  const hook = (there: string) => `
name: told
withoutHealthChecks: x
secrets: { hook: { env: HOOK }, staging: { env: STAGING_HOOK }, host: { env: DB_HOST } }
phases:
  notify: [{ id: tell, uses: slack, with: { url: '\${{ secrets.hook }}', text: hello } }]
  restore:
    - { id: a, uses: postgres/restore, with: { database: shop, archive: x }, env: { PGHOST: '\${{ secrets.host }}' } }
rehearsal: { environment: staging, with: { tell: { url: '${there}' } }, env: { a: { PGHOST: db2.invalid } } }
`;
  const env = {
    HOOK: 'https://hooks.invalid/services/T1/Secret-Part',
    STAGING_HOOK: 'https://HOOKS.invalid//services/T1/Secret%2DPart/',
    DB_HOST: 'Hidden.invalid',
  };
  const refused = async (there: string) =>
    (await new Site(hook(there)).call(['rehearse', '.', '--yes'], { env })).stderr;
  for (const there of ['${{ secrets.hook }}', '${{ secrets.staging }}']) {
    const said = await refused(there);
    expect(said).toContain('would be rehearsed on the recipient hooks.invalid:443***');
    expect(said).toContain('No address was found for db2.invalid, ***');
    expect(said).not.toMatch(/secret-part|hidden/i);
  }
});

test('hosts are held against those of production by their names, however they are written', async () => {
  const site = new Site(`
name: hosts
withoutHealthChecks: x
phases: { restore: [{ id: a, run: 'true', hosts: [web1.invalid] }] }
rehearsal: { environment: staging, hosts: { a: ['WEB1.invalid.'] } }
`);
  const { code, stderr } = await site.call(['rehearse', '.', '--yes']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('on the host web1.invalid, which is what it has')]);
});
