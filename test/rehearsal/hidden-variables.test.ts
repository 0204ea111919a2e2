/** What production's secrets are read from reaches nothing that a rehearsal starts, where it has others in their place. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = `
name: shop
withoutHealthChecks: only a test
parameters: { dir: { type: string, default: production } }
secrets: { db: { env: LIVE_DB }, mail: { env: LIVE_MAIL }, kept: { env: KEPT } }
phases:
  restore:
    - { id: own, uses: ./own.sh, with: { dir: '\${{ params.dir }}' } }
    - { id: shell, run: './seen.sh shell; : \${{ params.dir }}', env: { PW: '\${{ secrets.db }}' } }
rehearsal:
  environment: staging
  parameters: { dir: staging }
  secrets: { db: { env: STAGING_DB }, mail: { command: [sh, -c, './seen.sh command; echo secret-of-staging'] } }
`;
const seen = '#!/bin/sh\nenv | grep -oE "^(LIVE_DB|LIVE_MAIL|STAGING_DB|KEPT)=" >> "$1.seen"\nexit 0\n';
const own = `#!/bin/sh
request=$(cat)
case "$request" in
  *'"describe"'*) ./seen.sh describe; echo '{"preflight":true}' ;;
  *'"preflight"'*) ./seen.sh preflight; echo '{"ok":true}' ;;
  *) ./seen.sh perform ;;
esac
`;
const env = {
  LIVE_DB: 'live-password',
  LIVE_MAIL: 'live-mailbox',
  STAGING_DB: 'staging-password',
  KEPT: 'kept-password',
};

function siteOf(): Site {
  const site = new Site(playbook);
  site.write('seen.sh', seen, 0o755);
  site.write('own.sh', own, 0o755);
  return site;
}

test('an adapter of one’s own, a secret’s command and a step are started without them', async () => {
  const site = siteOf();
  const { code, stderr } = await site.call(['rehearse', '.', '--yes'], { env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  for (const what of ['describe', 'perform', 'shell']) expect([what, site.read(`${what}.seen`)]).toEqual([what, '']);
  // It may need what other secrets are read from to fetch its own.
  expect(new Set(site.read('command.seen').trim().split('\n'))).toEqual(new Set(['STAGING_DB=', 'KEPT=']));
});

test('nor is an adapter of one’s own asked with them where the plan is only looked at, or run', async () => {
  const site = siteOf();
  for (const words of [
    ['lint', '.'],
    ['plan', '.'],
    ['run', '.', '--yes'],
  ])
    await site.call(words, { env });
  for (const what of ['describe', 'preflight', 'perform', 'shell'])
    expect([what, site.read(`${what}.seen`)]).toEqual([
      what,
      what === 'shell' || what === 'perform' ? 'STAGING_DB=\n' : '',
    ]);
});
