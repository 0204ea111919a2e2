/** A work tree goes to a release, what was changed in it is never lost unasked, and a kill in the middle is mended. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/git/checkout/index.ts';
import { readRecord, writeRecord } from '../../adapters/git/checkout/record.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { type GitRepository, gitRepository } from '../rig/servers/git.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { newFolder } from './rig/folder.ts';
import { complaints, preflight, probe, runStep, workInPlace } from './rig/step.ts';
import { plant } from './rig/tree.ts';

jest.setTimeout(60_000);

const key = 'run1.go-back.1';
const good = { app: 'one', 'lib/x': 'one', '.gitignore': 'ignored\n' };

interface Scene extends GitRepository {
  readonly home: string;
  readonly now: () => string;
  readonly given: JsonObject;
}

/** Releases v1 and v2, of which v2 is checked out. */
function scene(): Scene {
  const home = newFolder();
  const repository = gitRepository(join(home, 'app'), good);
  repository.git('tag', 'v1');
  repository.release('v2', { app: 'two', new: 'two', 'lib/y': 'two' });
  const now = () => repository.git('rev-parse', 'HEAD');
  return { ...repository, home, now, given: { folder: 'app', to: 'v1' } };
}
const content = ({ git }: Scene) => git('ls-files', '--others', '--cached').split('\n').sort().join(' ');

describeWith(['git'], 'git/checkout', () => {
  test('goes to a tag and says what was there before; a repeat changes nothing', async () => {
    const at = scene();
    const v2 = at.now();
    expect(await preflight(adapter, at.given, at.home)).toMatchObject({
      ok: true,
      checked: [expect.stringContaining(`would go to ${at.commit}`), 'nothing is changed in it'],
    });
    expect(await probe(adapter, at.given, { folder: at.home, key })).toBe('no');
    const ended = await runStep(adapter, at.given, at.home, key);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { commit: at.commit, previous: v2 } });
    expect(content(at)).toBe('.gitignore app lib/x');
    expect(await probe(adapter, at.given, { folder: at.home, key })).toBe('yes');
    expect(await workInPlace(adapter, at.given, at.home, key)).toMatchObject({ code: 0, stderr: '' });
  });

  test('keeps changes aside where it is told to, and names where', async () => {
    const at = scene();
    plant(at.folder, { app: 'changed by hand', 'upload.txt': 'of a user' });
    const given = { ...at.given, localChanges: 'stash' };
    const ended = await workInPlace(adapter, given, at.home, key);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { stash: at.git('rev-parse', 'refs/stash') } });
    expect(content(at)).toBe('.gitignore app lib/x');
    at.git('checkout', '--quiet', 'v2');
    at.git('stash', 'apply', '--quiet', String(ended.outputs.stash));
    expect(at.git('diff', '--stat')).toContain('app');
    expect(existsSync(join(at.folder, 'upload.txt'))).toBe(true);
  });

  test.each([
    ['keeps', 'keep', true],
    ['removes', 'remove', false],
  ])('%s files that the repository does not know', async (_, untracked, stays) => {
    const at = scene();
    plant(at.folder, { 'upload.txt': 'of a user', ignored: 'x' });
    expect(await workInPlace(adapter, { ...at.given, untracked }, at.home, key)).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(at.folder, 'upload.txt'))).toBe(stays);
    expect(existsSync(join(at.folder, 'ignored'))).toBe(true);
  });

  test('discards changes where it is told to; no hook runs, and no GIT_DIR of the caller leads it astray', async () => {
    const at = scene();
    plant(at.folder, { app: 'changed by hand' });
    writeFileSync(join(at.folder, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${at.home}/hooked\n`, { mode: 0o755 });
    chmodSync(join(at.folder, '.git/hooks/post-checkout'), 0o755);
    const given = { ...at.given, localChanges: 'discard' };
    process.env.GIT_DIR = '/no/such';
    try {
      expect(await runStep(adapter, given, at.home, key)).toMatchObject({ code: 0, stderr: '' });
    } finally {
      delete process.env.GIT_DIR;
    }
    expect(existsSync(join(at.home, 'hooked'))).toBe(false);
    expect(at.now()).toBe(at.commit);
  });

  test('is finished by the next attempt when it was killed in the middle', async () => {
    const at = scene();
    const gitFolder = join(at.folder, '.git');
    const record = { schema: 'backout/checkout-record/v1', step: 'run1_go-back', stash: null, at: Date.now() } as const;
    writeRecord(gitFolder, { ...record, previous: at.now(), commit: at.commit });
    // As git leaves it: some files written, the index not, its lock there.
    plant(at.folder, { app: 'one' });
    rmSync(join(at.folder, 'new'));
    writeFileSync(join(gitFolder, 'index.lock'), 'half');
    expect(await probe(adapter, at.given, { folder: at.home, key })).toBe('no');
    const another = await workInPlace(adapter, at.given, at.home, 'run2.go-back.1');
    expect(another).toMatchObject({ code: 119, stderr: expect.stringContaining('2 changes') });
    const ended = await workInPlace(adapter, at.given, at.home, 'run1.go-back.2');
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { previous: at.git('rev-parse', 'v2') } });
    expect(content(at)).toBe('.gitignore app lib/x');
    expect(readRecord(gitFolder, 'run1_go-back')).toBeNull();
  });

  test('fetches a tag that is not here, from where it is told to', async () => {
    const at = scene();
    execFileSync('git', ['clone', '--quiet', '--no-tags', '--single-branch', at.folder, join(at.home, 'clone')]);
    at.release('v3', { app: 'three' });
    const given = { folder: 'clone', to: 'v3', fetch: 'origin' };
    expect(await preflight(adapter, given, at.home)).toMatchObject({ uncovered: expect.stringContaining('fetched') });
    const ended = await workInPlace(adapter, given, at.home, key);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { commit: at.now() } });
    rmSync(at.folder, { recursive: true });
    const gone = await workInPlace(adapter, { ...given, to: 'v4' }, at.home, 'run2.go-back.1');
    expect(gone).toMatchObject({ code: 119, stderr: expect.stringContaining('remote cannot be reached') });
  });

  test('puts submodules at what the commit says', async () => {
    const at = scene();
    const part = gitRepository(join(at.home, 'part'), { p: 'one' });
    at.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', part.folder, 'part');
    at.release('v3', {});
    part.release('p2', { p: 'two' });
    at.git('-C', 'part', '-c', 'protocol.file.allow=always', 'fetch', '--quiet', 'origin');
    at.git('-C', 'part', 'checkout', '--quiet', 'origin/main');
    at.release('v4', {});
    const given = { folder: 'app', to: 'v3', submodules: true };
    expect(await workInPlace(adapter, given, at.home, key)).toMatchObject({ code: 0, stderr: '' });
    expect(at.git('-C', 'part', 'rev-parse', 'HEAD')).toBe(part.commit);
    plant(join(at.folder, 'part'), { p: 'changed' });
    expect(await preflight(adapter, { ...given, to: 'v4' }, at.home)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('1 change that no commit holds: part'),
    });
  });

  test('takes only what is signed where it is told to', async () => {
    const at = scene();
    const signer = join(at.home, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'signer', '-f', signer]);
    const signed = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${signer}`];
    at.git(...signed, 'tag', '--sign', '--message', 'good', 'v1-signed', 'v1');
    const [type, value] = execFileSync('cat', [`${signer}.pub`], { encoding: 'utf8' }).split(' ');
    writeFileSync(join(at.home, 'signers'), `test@example.com ${type} ${value}\n`);
    const given = { ...at.given, verifySignature: true, allowedSigners: 'signers' };
    expect(await preflight(adapter, { ...given, to: 'v1-signed' }, at.home)).toMatchObject({ ok: true });
    expect(await workInPlace(adapter, given, at.home, key)).toMatchObject({
      code: 119,
      stderr: expect.stringContaining('no good signature'),
    });
    expect(await workInPlace(adapter, { ...given, to: 'v1-signed' }, at.home, key)).toMatchObject({ code: 0 });
    writeFileSync(join(at.home, 'signers'), '');
    expect(await preflight(adapter, { ...given, to: 'v1-signed' }, at.home)).toMatchObject({ ok: false });
  });

  const wrong: readonly (readonly [string, (at: Scene) => JsonObject, string])[] = [
    ['a changed file', (at) => planted(at, { app: 'x' }), '1 change that no commit holds: app'],
    ['a new file', (at) => planted(at, { u: 'x' }), '1 change that no commit holds: u'],
    ['a new file, told to discard', (at) => ({ ...planted(at, { u: 'x' }), localChanges: 'discard' }), 'holds: u'],
    ['a tag that is not there', () => ({ to: 'v9' }), 'There is no commit v9'],
    ['no folder', () => ({ folder: 'none' }), 'is not there'],
    ['a folder below', () => ({ folder: 'app/lib' }), 'is only a part of the work tree'],
    ['no repository', () => ({ folder: '/' }), 'is not the work tree of a git repository'],
    ['a merge under way', (at) => planted(at, { '.git/MERGE_HEAD': at.commit }), 'in the middle of something'],
    [
      'another git at work',
      (at) => ({ ...planted(at, { '.git/index.lock': '' }), untracked: 'keep' }),
      'Another git works',
    ],
    [
      'an ignored file that would be overwritten',
      (at) => {
        at.git('checkout', '--quiet', 'v1');
        plant(at.folder, { '.gitignore': 'ignored\nnew\n' });
        at.git('commit', '--quiet', '--all', '--message', 'ignores new');
        plant(at.folder, { new: 'of today' });
        return { to: 'v2' };
      },
      'v2 would overwrite it',
    ],
  ];
  const planted = (at: Scene, files: { readonly [path: string]: string }): JsonObject => {
    plant(at.folder, files);
    return {};
  };

  test.each(wrong)('%s: refused, and nothing is touched', async (name, arrange, because) => {
    const at = scene();
    const given = { ...at.given, ...arrange(at) };
    const before = at.git('status', '--porcelain', '--ignored');
    const looked = await preflight(adapter, given, at.home);
    // Who holds the index only a write finds out.
    if (!name.startsWith('another')) expect(looked.ok ? '' : looked.reason).toContain(because);
    const ended = await workInPlace(adapter, given, at.home, key);
    expect(ended).toMatchObject({
      code: name.startsWith('another') ? 1 : 119,
      stderr: expect.stringContaining(because),
    });
    expect(at.git('status', '--porcelain', '--ignored')).toBe(before);
    // Nothing was begun, so the next attempt does not take a person's changes for its own.
    expect(existsSync(join(at.folder, '.git/backout-checkout.json'))).toBe(false);
  });

  test('a work tree of another user: says so, and how to trust it', async () => {
    if (process.getuid?.() !== 0) return;
    const at = scene();
    chownSync(at.folder, 65_534, 65_534);
    chownSync(join(at.folder, '.git'), 65_534, 65_534);
    expect(await preflight(adapter, at.given, at.home)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('belongs to another user'),
      remedy: expect.stringContaining(`safe.directory ${at.folder}`),
    });
  });

  test('a lock that is older than the checkout that was begun is somebody else’s', async () => {
    const at = scene();
    const gitFolder = join(at.folder, '.git');
    const record = { schema: 'backout/checkout-record/v1', step: 'run1_go-back', stash: null, at: Date.now() } as const;
    writeRecord(gitFolder, { ...record, previous: null, commit: at.commit });
    writeFileSync(join(gitFolder, 'index.lock'), '');
    utimesSync(join(gitFolder, 'index.lock'), 1_000_000_000, 1_000_000_000);
    expect(await workInPlace(adapter, at.given, at.home, key)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Another git works'),
    });
  });

  test.each(['--upload-pack=x', 'v1 v2', 'v1^{tree}'])('no revision: %s', (to) => {
    expect(complaints(adapter, { folder: 'app', to })).toContain('the name of a tag');
  });
});
