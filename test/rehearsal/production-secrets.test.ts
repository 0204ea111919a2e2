/** Secrets that a rehearsal would use although they are production's own: named before it begins, and in its evidence. */
import { readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = (there = '') => `
name: shop
withoutHealthChecks: only a test
parameters: { dir: { type: string, default: production } }
secrets: { db: { env: DB }, mail: { file: ./mail.txt }, dns: { env: DNS }, idle: { env: IDLE } }
phases:
  restore:
    - { id: restore-db, run: 'echo \${{ params.dir }}; test -n "$PW"', env: { PW: '\${{ secrets.db }}' }, contingency: [{ id: older, run: 'echo \${{ params.dir }} $PW', env: { PW: "\${{ secrets['db'] }}" } }] }
    - { id: switch, run: 'echo \${{ params.dir }} $KEY', env: { KEY: '\${{ secrets.dns }}' } }
  announce: [{ id: tell, run: 'cat > \${{ params.dir }}.told', stdin: 'secrets.dns is no expression, \${{ secrets.mail }} is one' }]
rehearsal:
  environment: staging
  parameters: { dir: staging }
  leaveOut: [{ step: switch, reason: staging has no name }]
  cleanup: [{ id: wipe, run: 'echo \${{ params.dir }} $PW', env: { PW: '\${{ secrets.db }}' } }]
${there}`;

const env = { DB: 'password-of-production', DNS: 'key-of-production', IDLE: 'nobody-names-it', STAGING: 'of-staging' };
const rehearse = ['rehearse', '.', '--yes'];

function siteWith(text: string): Site {
  const site = new Site(text);
  site.env = env;
  site.write('mail.txt', 'mailbox-of-production');
  return site;
}

async function rehearsed(site: Site) {
  const { code, stderr } = await site.call(rehearse);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { predicate } = JSON.parse(readFileSync(/^Evidence (\S+)/m.exec(stderr)?.[1] ?? '', 'utf8'));
  return { stderr, predicate };
}

test('each is named with what uses it and what to do; the evidence and the document keep it', async () => {
  const site = siteWith(playbook());
  const { stderr, predicate } = await rehearsed(site);
  const warning = [
    "Production's own secrets would be used in staging:",
    '  db, by restore-db, older, wipe',
    '  mail, by tell',
    '  Say in rehearsal.secrets where those of staging are read from.',
  ].join('\n');
  expect(stderr.startsWith(`${warning}\n`)).toBe(true);
  expect(stderr).toContain("  - with production's own secret mail, by tell\n");
  expect(predicate.productionSecrets).toEqual([
    { secret: 'db', steps: ['restore-db', 'older', 'wipe'] },
    { secret: 'mail', steps: ['tell'] },
  ]);
  expect([predicate.result, (await site.call(['doc', '.'])).stdout]).toEqual([
    'PASSED',
    expect.stringContaining('mail, by tell'),
  ]);
  expect((await site.call(['rehearsals', '.'])).stdout).toContain('counts until');
});

test('one that the rehearsal reads from elsewhere is not; one that it reads from the same place is', async () => {
  const site = siteWith(playbook('  secrets: { db: { env: STAGING }, mail: { file: mail.txt } }\n'));
  const { stderr, predicate } = await rehearsed(site);
  expect(stderr).not.toContain('db, by');
  expect(predicate.productionSecrets).toEqual([{ secret: 'mail', steps: ['tell'] }]);
  const all = siteWith(playbook('  secrets: { db: { env: STAGING }, mail: { env: STAGING } }\n'));
  const none = await rehearsed(all);
  expect(none.stderr).not.toContain("Production's own");
  expect(none.predicate).not.toHaveProperty('productionSecrets');
});

test('a regular update of the rehearsal that uses one is named', async () => {
  const updates = `
  communication:
    audiences: { testers: { channel: { uses: slack, with: { url: '\${{ secrets.idle }}' } }, every: 1m } }
`;
  const site = siteWith(playbook(updates));
  const { stderr } = await site.call(rehearse, { env: { IDLE: 'http://127.0.0.1:9/hook' } });
  expect(stderr).toContain('  idle, by update-testers\n');
});
