/** Evidence that somebody edited, in whatever way, is not believed where its journal or a key can tell. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import type { RehearsalPredicate } from '../../src/journal/evidence/statement.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = `
name: shop
withoutHealthChecks: only a test
parameters: { dir: { type: string, default: production }, full: { type: boolean, default: true } }
phases:
  restore:
    - { id: put-back, run: 'echo \${{ params.dir }}; test ! -e sick' }
    - { id: own, uses: ./own.sh, with: { text: '\${{ params.dir }}' } }
    - { id: big, if: params.full, run: 'echo big \${{ params.dir }}' }
policy: { rehearsal: refuse }
rehearsal:
  environment: staging
  parameters: { dir: staging }
`;
const adapter = (says: string) => `#!/bin/sh
grep -q '"verb": *"describe"' && echo '{ "summary": "${says}" }' || true
`;
const rehearse = ['rehearse', '.', '--yes'];
const run = ['run', '.', '--yes'];
const verify = ['rehearsals', 'verify'];

function siteOf(): Site {
  const site = new Site(playbook);
  site.write('own.sh', adapter('one'), 0o755);
  return site;
}

function evidenceIn(site: Site): string {
  const folder = site.path('home', 'evidence');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return `${folder}/${files[0]}`;
}

function edit(file: string, how: (predicate: Record<keyof RehearsalPredicate, never>) => object): void {
  const statement = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(
    file,
    JSON.stringify({ ...statement, predicate: { ...statement.predicate, ...how(statement.predicate) } }),
  );
}

const edited = 'it was edited';

test.each<[string, Parameters<typeof edit>[1]]>([
  ['its result', () => ({ result: 'PASSED', deviations: [] })],
  [
    'its result and the version that wrote it',
    ({ tool }) => ({ result: 'PASSED', tool: { ...(tool as object), version: '0.0.9' } }),
  ],
])('a failed rehearsal is not made a good one by editing %s', async (_, how) => {
  const site = siteOf();
  site.write('sick', '');
  expect((await site.call(rehearse)).code).toBe(1);
  const file = evidenceIn(site);
  edit(file, how);
  const told = await site.call([...verify, file]);
  expect([told.code, told.stdout + told.stderr]).toEqual([7, expect.stringContaining(edited)]);
  expect((await site.call(run)).code).toBe(2);
});

test('an own adapter that was edited since does not count again with another digest in the evidence', async () => {
  const site = siteOf();
  expect((await site.call(rehearse)).code).toBe(0);
  expect((await site.call(verify.concat(evidenceIn(site)))).code).toBe(0);
  site.write('own.sh', adapter('two'), 0o755);
  expect((await site.call(run)).stderr).toContain('its adapter ./own.sh has been edited since');
  const digest = execFileSync('sha256sum', [site.path('own.sh')], { encoding: 'utf8' }).slice(0, 64);
  edit(evidenceIn(site), ({ adapters }) => ({
    adapters: { ...(adapters as object), './own.sh': `sha256:${digest}` },
  }));
  const { code, stderr } = await site.call(run);
  expect([code, stderr]).toEqual([2, expect.stringContaining(edited)]);
});

test('where a key for evidence is in the home, what nobody has signed is not believed', async () => {
  const site = siteOf();
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', site.path('key.pem')], { stdio: 'ignore' });
  const publicKey = execFileSync('openssl', ['pkey', '-in', site.path('key.pem'), '-pubout'], { encoding: 'utf8' });
  expect((await site.call([...rehearse, '--signing-key', 'key.pem'])).code).toBe(0);
  site.write('home/evidence-key.pem', publicKey);
  const file = evidenceIn(site);
  expect((await site.call([...verify, file])).stdout).toContain('Genuine, signed.');
  const { payload } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, Buffer.from(payload, 'base64'));
  const told = await site.call([...verify, file]);
  expect([told.code, told.stdout + told.stderr]).toEqual([
    7,
    expect.stringContaining('nobody has signed it, and evidence-key.pem is here'),
  ]);
  expect((await site.call(run)).code).toBe(2);
});

test('a rehearsal in which a restore step did not apply says so, and does not do for a run that needs the step', async () => {
  const site = siteOf();
  expect((await site.call([...rehearse, '--rehearsal-param', 'full=false'])).code).toBe(0);
  const { code, stderr } = await site.call(run);
  expect([code, stderr]).toEqual([2, expect.stringContaining('PASSED, but without big, counts until')]);
  expect(stderr).toContain('its last rehearsal did not carry out big,');
  expect((await site.call([...run, '--param', 'full=false'])).code).toBe(0);
});
