/** What is believed of evidence: a signature only where a key has checked it, and no file without its reason. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = (more = '') => `
name: shop
withoutHealthChecks: only a test
parameters: { dir: { type: string, default: production } }
phases:
  restore: [{ id: put-back, run: 'echo \${{ params.dir }}' }]
policy: { rehearsal: warn }
rehearsal:
  environment: staging
  parameters: { dir: staging }
${more}`;

const rehearse = ['rehearse', '.', '--yes'];

/** Its evidence, after a rehearsal that was signed by `key.pem`. */
async function signedRehearsal(): Promise<{ readonly site: Site; readonly evidence: string; readonly run: string }> {
  const site = new Site(playbook());
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', site.path('key.pem')], { stdio: 'ignore' });
  expect((await site.call([...rehearse, '--signing-key', 'key.pem'])).code).toBe(0);
  return { site, evidence: evidenceIn(site), run: site.runs[0] ?? '' };
}

function evidenceIn(site: Site): string {
  const folder = site.path('home', 'evidence');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return `${folder}/${files[0]}`;
}

function envelopeWith(evidence: string, signatures: readonly { readonly sig: string }[]): string {
  return JSON.stringify({ ...JSON.parse(readFileSync(evidence, 'utf8')), signatures });
}

const garbage = [{ sig: Buffer.from('x'.repeat(64)).toString('base64') }];
const verify = ['rehearsals', 'verify'];
const notChecked = 'Genuine: it says what the journal of its run says. Its signature was not checked';

test('a signature that no key has checked is not called one, whether it is good or garbage', async () => {
  const { site, evidence } = await signedRehearsal();
  const bad = site.write('bad.json', envelopeWith(evidence, garbage));
  for (const file of [evidence, bad]) {
    const told = await site.call([...verify, file]);
    expect([told.code, told.stdout]).toEqual([0, expect.stringContaining(notChecked)]);
    expect(told.stdout).toContain('--key FILE');
    expect(JSON.parse((await site.call([...verify, file, '--json'])).stdout)).toMatchObject({
      ...{ genuine: true, signed: false, signature: 'unchecked' },
    });
  }
  const [good, forged] = [
    await site.call([...verify, evidence, '--key', 'key.pem']),
    await site.call([...verify, bad, '--key', 'key.pem', '--json']),
  ];
  expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('Genuine, signed.')]);
  expect([forged.code, JSON.parse(forged.stdout)]).toMatchObject([7, { signed: false, signature: 'wrong' }]);
});

test('such a signature is no worse than none, and is not listed as one', async () => {
  const { site, evidence } = await signedRehearsal();
  site.write(`home/evidence/${basename(dirname(evidence))}/${basename(evidence)}`, envelopeWith(evidence, garbage));
  const list = ['rehearsals', '.', '--json'];
  expect(JSON.parse((await site.call(list)).stdout)).toMatchObject([
    { counts: true, genuine: true, signed: false, signature: 'unchecked' },
  ]);
  expect((await site.call(['run', '.', '--yes'])).stderr).toContain('Rehearsed just now in staging: PASSED');
  const withKey = await site.call(list, { env: { BACKOUT_SIGNING_KEY: site.path('key.pem') } });
  expect(JSON.parse(withKey.stdout)).toMatchObject([{ counts: false, signed: false, signature: 'wrong' }]);
});

test('an envelope without a signature was signed by nobody', async () => {
  const { site, evidence } = await signedRehearsal();
  const bare = site.write('bare.json', envelopeWith(evidence, []));
  expect((await site.call([...verify, bare])).stdout).toContain('nobody has signed it');
  const asked = await site.call([...verify, bare, '--key', 'key.pem']);
  expect([asked.code, asked.stdout]).toEqual([7, expect.stringContaining('nobody has signed it')]);
});

test('evidence that was copied here without its journal is named with its reason, wherever it lies', async () => {
  const { site, evidence, run } = await signedRehearsal();
  site.home = site.path('other');
  const reason = `its run ${run} is not in this home, and there is no key to check its signature with`;
  mkdirSync(site.path('other', 'evidence', basename(dirname(evidence))), { recursive: true });
  for (const to of [basename(evidence), `${basename(dirname(evidence))}/${basename(evidence)}`]) {
    copyFileSync(evidence, site.path('other', 'evidence', to));
    for (const list of [['rehearsals'], ['rehearsals', '.']])
      expect((await site.call(list)).stdout).toContain(`does not count: ${reason}`);
    const real = await site.call(['run', '.', '--yes']);
    expect([real.code, real.stderr]).toEqual([0, expect.stringContaining(`evidence/${to}: ${reason}`)]);
    expect(real.stderr).toContain(`Not rehearsed: the latest rehearsal of this plan, ${run}, does not count`);
  }
});

test('evidence beside the folders of the plans does not count there, and is told where it belongs', async () => {
  const { site, evidence } = await signedRehearsal();
  renameSync(evidence, site.path('home', 'evidence', basename(evidence)));
  const said = `it lies beside the plans' folders: move it to evidence/${basename(dirname(evidence))}/`;
  expect((await site.call(['rehearsals', '.'])).stdout).toContain(said);
  expect((await site.call(['run', '.', '--yes'])).stderr).toContain(said);
  renameSync(site.path('home', 'evidence', basename(evidence)), evidence);
  expect((await site.call(['rehearsals', '.'])).stdout).toContain('counts until');
});

test('a damaged file in the folder of a plan is listed where the plan is asked about', async () => {
  const { site, evidence } = await signedRehearsal();
  site.write(`home/evidence/${basename(dirname(evidence))}/torn.json`, '{');
  expect((await site.call(['rehearsals', '.'])).stdout).toContain('torn.json: it is damaged');
});

test('lint says of a rehearsal that has expired that it has', async () => {
  const site = new Site(playbook('  expiresAfter: 1s\n'));
  const lint = ['lint', '.', '--risk', 'high'];
  expect((await site.call(lint)).stdout).toContain('no rehearsal of this plan is on record here');
  expect((await site.call(rehearse)).code).toBe(0);
  const { predicate } = JSON.parse(readFileSync(evidenceIn(site), 'utf8'));
  await site.past(Date.parse(predicate.expiresOn));
  const said = `the latest rehearsal of this plan, ${site.runs[0]}, does not count: it has expired on`;
  expect((await site.call(lint)).stdout).toContain(said);
});
