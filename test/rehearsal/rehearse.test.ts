/** `backout rehearse` and what follows from it, with the real program: drills, evidence, policy, stops and kills. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = (more = '') => `
name: shop
parameters: { dir: { type: string, default: production } }
phases:
  disable-access: [{ id: close, run: 'mkdir -p \${{ params.dir }}; echo $BACKOUT_MODE $BACKOUT_ENVIRONMENT > \${{ params.dir }}/mode' }]
  restore:
    - id: restore-db
      run: 'until [ ! -e hold ]; do sleep 0.01; done; echo new >> \${{ params.dir }}/data'
      timeout: 1s
      contingency: [{ id: restore-old, run: 'echo old >> \${{ params.dir }}/data' }]
  health-checks: [{ id: ok, run: 'test -s \${{ params.dir }}/data' }]
  enable-access: [{ id: open, run: 'test ! -e \${{ params.dir }}/broken' }]
escalate: [{ id: page, run: 'echo paged >> \${{ params.dir }}/paged' }]
rehearsal:
  environment: staging
  parameters: { dir: staging }
  cleanup: [{ id: wipe, run: 'echo wiped >> wiped' }]
${more}`;

const rehearse = ['rehearse', '.', '--yes', '--json'];

function evidenceOf(site: Site) {
  const folder = site.path('home', 'evidence');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return files.map((name) => `${folder}/${name}`);
}

test('is done for real there and nowhere else, is cleaned up, and is marked wherever it shows', async () => {
  const site = new Site(playbook());
  const { code, stdout, stderr } = await site.call(rehearse);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ mode: 'rehearsal', status: 'rehearsed', evidence: { result: 'PASSED' } });
  expect([site.read('staging/mode'), site.read('staging/data'), site.read('wiped')]).toEqual([
    'rehearsal staging\n',
    'new\n',
    'wiped\n',
  ]);
  expect(site.read('production/mode')).toBe('');
  expect(site.events('run.began')[0]?.mode).toBe('rehearsal');
  expect(stderr).toContain('REHEARSAL restore-db');
  expect((await site.call(['status', site.runs[0] ?? ''])).stdout).toMatch(/^REHEARSAL in staging of shop: /);
  expect((await site.call(['runs'])).stdout).toContain('shop (rehearsal)  rehearsed');
});

test.each([
  ['restore-db:fail', 6, 'old\n', 'its contingency stood in'],
  ['restore-db:timeout', 6, 'old\n', 'its contingency stood in'],
  ['restore-db:kill-engine', 0, 'new\n', 'another engine took the run up; the step succeeded'],
  ['open:fail', 1, 'new\n', 'the step failed'],
])('the drill %s', async (injection, code, data, ended) => {
  const site = new Site(playbook());
  const ran = await site.call([...rehearse, '--inject', injection]);
  expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({ code });
  expect([site.read('staging/data'), site.read('wiped')]).toEqual([data, 'wiped\n']);
  const { kind, result, injected } = JSON.parse(readFileSync(evidenceOf(site)[0] ?? '', 'utf8')).predicate;
  expect([kind, result, injected[0].ended]).toEqual(['drill', 'PASSED', ended]);
});

test('an outcome that is lost is asked about; the answer lets the rehearsal end, with its evidence', async () => {
  const site = new Site(playbook());
  expect((await site.call([...rehearse, '--inject', 'restore-db:unknown'])).code).toBe(3);
  expect((await site.call(['confirm', site.runs[0] ?? '', 'restore-db'])).code).toBe(0);
  expect(JSON.parse(readFileSync(evidenceOf(site)[0] ?? '', 'utf8')).predicate.result).toBe('WARNED');
});

test.each([
  ['stop', 4, 'WARNED', 'a person was asked, and said stop'],
  ['skip', 6, 'WARNED', 'a person was asked, and said skip'],
])(
  'a failure that the plan asks about, answered with %s, is a drill that has shown what it should',
  async (verb, code, result, ended) => {
    const site = new Site(playbook().replace('contingency:', 'onFailure: ask\n      contingency:'));
    site.write('staging/data', 'as it was\n');
    expect((await site.call([...rehearse, '--inject', 'restore-db:fail', '--inject', 'restore-old:fail'])).code).toBe(
      3,
    );
    const step = verb === 'skip' ? ['restore-db'] : [];
    expect((await site.call([verb, site.runs[0] ?? '', ...step, '--reason', 'seen'])).code).toBe(code);
    const { predicate } = JSON.parse(readFileSync(evidenceOf(site)[0] ?? '', 'utf8'));
    expect([predicate.result, predicate.injected[0].ended]).toEqual([result, ended]);
  },
);

test('a drill that a person stops elsewhere than at its failure has failed', async () => {
  const site = new Site(playbook().replace('timeout: 1s', 'timeout: 1m'));
  site.write('hold', '');
  const ran = site.start([...rehearse, '--inject', 'open:fail']);
  await site.recorded('step.started', 'restore-db');
  await site.call(['stop', site.runs[0] ?? '']);
  expect((await ran.ended).code).toBe(4);
  expect(JSON.parse(readFileSync(evidenceOf(site)[0] ?? '', 'utf8')).predicate.result).toBe('FAILED');
});

test('a failed rehearsal is cleaned up, and its evidence does not count', async () => {
  const site = new Site(playbook('policy: { rehearsal: refuse }'));
  site.write('staging/broken', '');
  expect((await site.call(rehearse)).code).toBe(1);
  expect(site.read('wiped')).toBe('wiped\n');
  const refused = await site.call(['run', '.', '--yes']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('does not count: it failed')]);
});

test('stopped or killed it leaves nothing that counts; a resume cleans up', async () => {
  const site = new Site(playbook('policy: { rehearsal: refuse }').replace('timeout: 1s', 'timeout: 1m'));
  site.write('hold', '');
  const killed = site.start(rehearse);
  await site.recorded('step.started', 'restore-db');
  killed.signal('SIGKILL');
  await killed.ended;
  expect((await site.call(['rehearsals'])).stdout).toContain('has not ended');
  expect((await site.call(['stop', site.runs[0] ?? ''])).code).toBe(4);
  expect(site.read('wiped')).toBe('wiped\n');
  expect((await site.call(['rehearsals'])).stdout).toContain('does not count: it failed');
  expect((await site.call(['run', '.', '--yes'])).code).toBe(2);
});

test('a rehearsal that has not ended holds no real run up, and is not taken for one', async () => {
  const site = new Site(playbook().replace('timeout: 1s', 'timeout: 1m'));
  site.write('hold', '');
  const rehearsal = site.start(rehearse);
  await site.recorded('step.started', 'restore-db');
  const other = await site.call(rehearse);
  expect([other.code, other.stderr]).toEqual([5, expect.stringContaining('another rehearsal of shop has not ended')]);
  const real = site.start(['run', '.', '--yes']);
  await real.says('restore-db');
  execFileSync('rm', [site.path('hold')]);
  expect([(await real.ended).code, (await rehearsal.ended).code]).toEqual([0, 0]);
  expect((await site.status()).mode).toBe('real');
});

test('what does the same as in production is refused, unless a person says why it is harmless', async () => {
  const same = playbook().replace('dir: staging', 'dir: production');
  const site = new Site(same);
  const refused = await site.call(rehearse);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('step restore-db does the same')]);
  expect([site.runs, site.read('production/mode')]).toEqual([[], '']);
  const ids = ['close', 'restore-db', 'restore-old', 'ok', 'open', 'page'];
  const said = ids.map((step) => `{ step: ${step}, reason: only a test }`).join(', ');
  site.write('playbook.yaml', `${same}  harmless: [${said}]\n`);
  expect((await site.call(rehearse)).code).toBe(0);
});

test('a policy asks for a rehearsal; an override is recorded by name and reason; the age is shown', async () => {
  const site = new Site(playbook('policy: { rehearsal: override }'));
  const refused = await site.call(['run', '.', '--yes']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--without-rehearsal --reason 'why'")]);
  expect((await site.call(['run', '.', '--yes', '--without-rehearsal'])).code).toBe(2);
  const overridden = await site.call([
    'run',
    '.',
    '--yes',
    '--without-rehearsal',
    '--reason',
    'no time',
    '--by',
    'Ruth',
  ]);
  expect(overridden.code).toBe(0);
  expect(site.events('run.began')[0]?.notes?.[0]).toMatch(/Ruth.* begins it without a rehearsal: no time/);
  await site.call(rehearse);
  const run = await site.call(['run', '.', '--yes']);
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('Rehearsed just now in staging: PASSED')]);
  site.write('playbook.yaml', playbook('policy: { rehearsal: override }').replace('echo new', 'echo newer'));
  const edited = await site.call(['run', '.', '--yes']);
  expect([edited.code, edited.stderr]).toEqual([2, expect.stringContaining('was never rehearsed as it is now')]);
});

test('evidence that was edited is not believed, and that is said', async () => {
  const site = new Site(playbook('policy: { rehearsal: refuse }'));
  site.write('staging/broken', '');
  await site.call(rehearse);
  const [file = ''] = evidenceOf(site);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"FAILED"', '"PASSED"'));
  const refused = await site.call(['run', '.', '--yes']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('Evidence that is not believed')]);
  const verified = await site.call(['rehearsals', 'verify', file]);
  expect([verified.code, verified.stdout]).toEqual([7, expect.stringContaining('it was edited')]);
});

test('signed evidence counts in another home by its key alone, and not when it was signed by another', async () => {
  const site = new Site(playbook('policy: { rehearsal: refuse }'));
  for (const name of ['key.pem', 'other.pem'])
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', site.path(name)]);
  expect((await site.call([...rehearse, '--signing-key', 'key.pem'])).code).toBe(0);
  const [file = ''] = evidenceOf(site);
  expect(JSON.parse(readFileSync(file, 'utf8')).payloadType).toBe('application/vnd.in-toto+json');
  expect((await site.call(['rehearsals', 'verify', file, '--key', 'key.pem'])).code).toBe(0);
  expect((await site.call(['rehearsals', 'verify', file, '--key', 'other.pem'])).code).toBe(7);
  const carried = file.replace('/home/', '/elsewhere/');
  site.write(carried.slice(site.folder.length + 1), readFileSync(file, 'utf8'));
  site.home = site.path('elsewhere');
  expect((await site.call(['run', '.', '--yes'])).code).toBe(2);
  execFileSync('openssl', [
    'pkey',
    '-in',
    site.path('key.pem'),
    '-pubout',
    '-out',
    site.path('elsewhere/evidence-key.pem'),
  ]);
  expect((await site.call(['run', '.', '--yes'])).code).toBe(0);
});

test('expired evidence does not count', async () => {
  const site = new Site(
    playbook('policy: { rehearsal: refuse }').replace(
      'environment: staging',
      'environment: staging\n  expiresAfter: 1ms',
    ),
  );
  expect((await site.call(rehearse)).code).toBe(0);
  const refused = await site.call(['run', '.', '--yes']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('it has expired')]);
});

test.each([
  ['leaveOut: [{ step: restor-db, reason: x }]', 'Did you mean "restore-db"?'],
  ['with: { restore-db: { a: 1 } }', 'rehearsal.with means nothing for step restore-db'],
  ['secrets: { nope: { env: A } }', 'rehearsal names a secret "nope"'],
  ['machine: nowhere.invalid', 'rehearsals of staging are run on nowhere.invalid'],
  ['leaveOut: [{ step: ok, reason: x }]', 'every health check'],
])('bad input: %s', async (text, said) => {
  const site = new Site(`${playbook()}  ${text}\n`);
  const { code, stderr } = await site.call(rehearse);
  expect([code, stderr, site.runs]).toEqual([2, expect.stringContaining(said), []]);
});

test('what is left out is not done, and the evidence says why', async () => {
  const site = new Site(`${playbook()}  leaveOut: [{ step: close, reason: nobody uses staging }]\n`);
  expect((await site.call(rehearse)).code).toBe(1);
  site.write('staging/data', '');
  expect((await site.call(rehearse)).code).toBe(0);
  expect(site.read('staging/mode')).toBe('');
  const { coverage } = JSON.parse((await site.call(['rehearsals', '--json'])).stdout)[0];
  expect(coverage).toMatchObject({ done: 3, of: 4, leftOut: [{ step: 'close', reason: 'nobody uses staging' }] });
});

test('what is left out is not objected to, also where nothing else differs from production', async () => {
  const site = new Site(`
name: same
withoutHealthChecks: x
phases: { restore: [{ id: a, run: 'echo a >> a' }, { id: b, run: echo other }] }
rehearsal:
  environment: staging
  leaveOut: [{ step: a, reason: lazy }]
  harmless: [{ step: b, reason: it only prints }]
`);
  expect((await site.call(rehearse)).code).toBe(0);
  expect(site.read('a')).toBe('');
});

test('lint knows the rehearsal that counts, and finds what is wrong with the steps as they would be rehearsed', async () => {
  const site = new Site(playbook());
  const rules = async () => (await site.call(['lint', '.', '--json', '--risk', 'high'])).stdout;
  expect(await rules()).toContain('no-fresh-rehearsal');
  await site.call(rehearse);
  expect(await rules()).not.toContain('no-fresh-rehearsal');
  site.write('playbook.yaml', playbook().replace("run: 'echo wiped >> wiped'", 'uses: http, with: { url: nowhere }'));
  const { code, stdout } = await site.call(['lint', '.']);
  expect([code, stdout]).toEqual([2, expect.stringContaining('write a whole URL')]);
});

test('who is asked to do something by hand sees the mark first', async () => {
  const site = new Site(
    playbook()
      .replace("run: 'mkdir -p", "manual: Close the shop., x: 'mkdir -p")
      .replace(/, x: '[^']*'/, ''),
  );
  expect((await site.call(rehearse)).code).toBe(3);
  expect((await site.call(['status', site.runs[0] ?? ''])).stdout).toContain('[REHEARSAL in staging] Close the shop.');
});

test('evidence that an engine had no time for is written by the next resume', async () => {
  const site = new Site(playbook());
  await site.call(rehearse);
  execFileSync('rm', ['-r', site.path('home', 'evidence')]);
  expect((await site.call(['resume', site.runs[0] ?? ''])).code).toBe(0);
  expect((await site.call(['rehearsals', '.'])).stdout).toContain('counts until');
});

test('damaged evidence and a damaged key are said, and hold no backout up', async () => {
  const site = new Site(playbook());
  await site.call(rehearse);
  writeFileSync(evidenceOf(site)[0] ?? '', '{');
  site.write('home/evidence-key.pem', 'no key');
  const run = await site.call(['run', '.', '--yes']);
  expect(run.code).toBe(0);
  expect(run.stderr).toContain('No key to check evidence with');
  expect(run.stderr).toContain('it is damaged, or no evidence of a rehearsal');
});

test('an adapter of one’s own must be judged by a person, and its edit ends what was proven', async () => {
  const own = playbook('policy: { rehearsal: refuse }').replace(
    "run: 'test -s ${{ params.dir }}/data'",
    'uses: ./look.sh, with: {}',
  );
  const site = new Site(own);
  site.write('look.sh', '#!/bin/sh\ncat >/dev/null\necho "{}"\n', 0o755);
  expect((await site.call(rehearse)).stderr).toContain('step ok does the same in the rehearsal as in production');
  site.write(
    'playbook.yaml',
    own.replace('environment: staging', 'environment: staging\n  harmless: [{ step: ok, reason: it looks }]'),
  );
  expect((await site.call(rehearse)).code).toBe(0);
  expect((await site.call(['run', '.', '--yes'])).code).toBe(0);
  site.write('look.sh', '#!/bin/sh\ncat >/dev/null\necho "{ }"\n', 0o755);
  const edited = await site.call(['run', '.', '--yes']);
  expect([edited.code, edited.stderr]).toEqual([2, expect.stringContaining('./look.sh has been edited since')]);
});
