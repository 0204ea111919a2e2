/** go-back.sh of software-release on one host, which is a folder: where it goes, what it leaves alone, what it refuses. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const script = fileURLToPath(new URL('../../playbooks/software-release/scripts/go-back.sh', import.meta.url));
let app: string;

beforeEach(() => {
  app = mkdtempSync(join(tmpdir(), 'backout-go-back-'));
  // Runs what was current when it was started last, as a service does.
  writeFileSync(join(app, 'restart'), '#!/bin/sh\nbasename "$(readlink current)" > running\necho >> restarts\n', {
    mode: 0o755,
  });
});
afterEach(() => rmSync(app, { recursive: true, force: true }));

function host(releases: readonly string[], current: string): void {
  for (const release of releases) mkdirSync(join(app, 'releases', release), { recursive: true });
  symlinkSync(`releases/${current}`, join(app, 'current'));
  writeFileSync(join(app, 'running'), current);
}

function goBack(env: Record<string, string>) {
  const all = { TO: 'previous', RESTART: './restart', VERSION: 'cat running', ...env };
  const ran = spawnSync('/bin/sh', [script], {
    env: { PATH: process.env.PATH, APP: app, BACKOUT_RUN: 'R1', ...all },
    encoding: 'utf8',
  });
  const current = readlinkSync(join(app, 'current')).replace('releases/', '');
  return { code: ran.status, current, said: `${ran.stdout}${ran.stderr}`.trim() };
}

const isMarked = (release: string) => existsSync(join(app, 'releases', release, 'BACKED_OUT'));
const wasRestarted = () => existsSync(join(app, 'restarts'));

test.each([
  [['4.9.0', '4.10.0', '4.11.0'], '4.11.0', '4.10.0'],
  [['20261101', '20261120', '20261201'], '20261120', '20261101'],
  [['4.1', '4.1.1'], '4.1.1', '4.1'],
])('of %j with %s current it goes back to %s, and again changes nothing', (releases, release, to) => {
  host(releases, release);
  const went = { code: 0, current: to, said: `${to} is current, and the service runs it.` };
  expect(goBack({ RELEASE: release })).toEqual(went);
  expect(isMarked(release)).toBe(true);
  rmSync(join(app, 'restarts'));
  expect([goBack({ RELEASE: release }), wasRestarted()]).toEqual([went, false]);
});

test('a release that was taken back before is passed over', () => {
  host(['1', '2', '3'], '2');
  goBack({ RELEASE: '2' });
  rmSync(join(app, 'current'));
  symlinkSync('releases/3', join(app, 'current'));
  expect(goBack({ RELEASE: '3' })).toMatchObject({ code: 0, current: '1' });
});

test('a host that never had the release is left alone', () => {
  host(['1', '2'], '1');
  expect(goBack({ RELEASE: '2' })).toEqual({ code: 0, current: '1', said: '1 is current, not 2: left alone.' });
  expect([isMarked('2'), wasRestarted()]).toEqual([false, false]);
});

test('a service that was not restarted when the link was changed is restarted by the repeat', () => {
  host(['1', '2'], '2');
  expect(goBack({ RELEASE: '2', RESTART: 'false' })).toMatchObject({ code: 1, current: '1' });
  expect(goBack({ RELEASE: '2' })).toMatchObject({ code: 0, said: '1 is current, and the service runs it.' });
  expect(wasRestarted()).toBe(true);
});

test.each([
  [['2', '3'], '3', { RELEASE: '2' }, /3 is current, which is newer than 2: somebody has deployed since/],
  [['2'], '2', { RELEASE: '2' }, /There is no release before 2/],
  [['1', '2'], '2', { RELEASE: '2', TO: '7' }, /There is no release 7/],
])('of %j with %s current, %j is refused', (releases, current, env, said) => {
  host(releases, current);
  expect(goBack(env)).toEqual({ code: 1, current, said: expect.stringMatching(said) });
  expect([isMarked(current), wasRestarted()]).toEqual([false, false]);
});

test('a newer release may be the one to go to; nothing asks what runs where no command says it', () => {
  host(['1', '2', '3'], '2');
  expect(goBack({ RELEASE: '2', TO: '3', RESTART: '', VERSION: '' })).toEqual({
    code: 0,
    current: '3',
    said: '3 is current.',
  });
  expect(goBack({ RELEASE: '2', TO: '1' })).toMatchObject({ code: 1, current: '3' });
});
