/** A signed run that is gone on with without its key: allowed, never silent, and the journal says why. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import type { Entry } from '../../src/journal/entry.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = 'name: shop\nphases: { restore: [{ id: a, manual: "Say it." }, { id: b, run: "touch b" }] }\n';
const key = ['--signing-key', 'key.pem'];
const loud = 'IS NOT SIGNED AS BEFORE';

function writeKey(site: Site, path: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  site.write(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

function signedSite(text = playbook): Site {
  const site = new Site(text);
  site.write('pub.pem', writeKey(site, 'key.pem'));
  return site;
}

async function waiting(): Promise<{ readonly site: Site; readonly id: string; readonly stderr: string }> {
  const site = signedSite();
  const { code, stderr } = await site.call(['run', 'playbook.yaml', '--yes', ...key]);
  expect(code).toBe(3);
  return { site, id: site.runs[0] ?? '', stderr };
}

const notesOf = (site: Site): readonly string[] => site.events('engine.attached').flatMap(({ notes }) => notes);

test('what is to be typed names the key: as it was given, or as a thing to fill in', async () => {
  const { site, id, stderr } = await waiting();
  expect(stderr).toContain(`backout confirm ${id} a --signing-key key.pem`);
  const shown = (await site.call(['status'])).stdout;
  expect(shown).toContain(`backout confirm ${id} a --signing-key FILE`);
  expect(shown).toContain(`backout resume ${id} --signing-key FILE`);
  expect((await site.call(['status'], { env: { BACKOUT_SIGNING_KEY: 'key.pem' } })).stdout).not.toContain(
    'signing-key',
  );
});

test('a key that lies in the home is found by itself', async () => {
  const site = new Site(playbook);
  writeKey(site, 'home/signing-key.pem');
  await site.call(['run', 'playbook.yaml', '--yes']);
  expect(site.entries[0]?.sig).toBeDefined();
  expect((await site.call(['status'])).stdout).not.toContain('signing-key');
});

test('with the key nothing is said, and every entry is signed', async () => {
  const { site, id } = await waiting();
  const { code, stderr } = await site.call(['confirm', id, 'a', ...key]);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining(loud)]);
  expect(notesOf(site)).toEqual([]);
  expect((await site.call(['audit', 'verify', id, '--key', 'pub.pem'])).code).toBe(0);
});

test.each([['confirm', 'a'], ['skip', 'a', '--reason', 'why'], ['resume']])(
  '%s without it: said before anything is done, and noted where the signatures end',
  async (verb, ...more) => {
    const { site, id } = await waiting();
    const signed = site.entries.length;
    const { code, stderr } = await site.call([verb, id, ...more]);
    expect(code).toBe(verb === 'confirm' ? 0 : verb === 'skip' ? 6 : 3);
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      `backout: RUN ${id} ${loud}: the entries so far are signed, those from here on are not: no --signing-key was given`,
      '  `backout audit verify --key` will not take these entries. Give --signing-key FILE (or set BACKOUT_SIGNING_KEY) next time.',
    ]);
    expect(notesOf(site)).toEqual([
      expect.stringContaining('the entries so far are signed, those from here on are not'),
    ]);
    const { code: audited, stdout } = await site.call(['audit', 'verify', id, '--key', 'pub.pem']);
    expect([audited, stdout]).toEqual([7, expect.stringContaining(`Damaged at line ${signed + 1}`)]);
    expect(site.entries[signed]?.event.type).toBe('engine.attached');
    expect((await site.call(['report', id, '--format', 'md'])).stdout).toContain('the entries so far are signed');
  },
);

test('another key is said too', async () => {
  const { site, id } = await waiting();
  writeKey(site, 'other.pem');
  const { code, stderr } = await site.call(['confirm', id, 'a', '--signing-key', 'other.pem']);
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining(`${loud}: the entries so far are signed with another key`),
  ]);
  expect(notesOf(site)).toEqual([expect.stringContaining('another key')]);
});

test('the backout that --backout-on-failure begins then is said to be unsigned, and knows it', async () => {
  const site = signedSite('name: shop\nphases: { restore: [], health-checks: [{ id: ok, run: "true" }] }\n');
  const steps = `  - { id: one, run: 'true', backout: [{ run: 'touch undone' }] }\n  - { id: two, manual: 'Look.', backout: [{ run: 'true' }] }\n`;
  site.write('change.yaml', `kind: Change\nid: CHG1\nsystem: shop\nframe: playbook.yaml\nsteps:\n${steps}`);
  const begun = await site.call(['change', 'run', 'change.yaml', '--yes', '--backout-on-failure', ...key]);
  const [change = ''] = site.runs;
  expect(begun.code).toBe(3);
  const { code, stderr } = await site.call(['reject', change, 'two', '--reason', 'bad']);
  expect([code, site.runs.length]).toEqual([8, 2]);
  const [backout = ''] = site.runs.filter((run) => run !== change);
  const note = `run ${change} of CHG1 is signed, this one is not: no --signing-key was given`;
  expect(stderr).toContain(`backout: RUN ${change} ${loud}`);
  expect(stderr).toContain(`backout: RUN ${backout} ${loud}: ${note}\n`);
  const [first = ''] = readFileSync(join(site.home, 'runs', backout, 'journal.ndjson'), 'utf8').split('\n');
  expect((JSON.parse(first) as Entry).event).toMatchObject({
    type: 'run.began',
    notes: expect.arrayContaining([note]),
  });
});
