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
