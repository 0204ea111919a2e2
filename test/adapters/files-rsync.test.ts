/** What is copied is proven by content; what would destroy is refused before anything is touched. */
import { chmodSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/files/rsync/index.ts';
import { changeIn } from '../../adapters/files/rsync/itemized.ts';
import { meaning } from '../../adapters/files/rsync/rsync.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type SshServer, startSshd } from '../rig/servers/sshd.ts';
import { newFolder } from './rig/folder.ts';
import { onSmallDisk } from './rig/small-disk.ts';
import { complaints, preflight, probe, runStep, workInPlace } from './rig/step.ts';
import { harvest, plant } from './rig/tree.ts';

jest.setTimeout(60_000);

const good = { 'a.txt': 'alpha', 'deep/er/b.txt': 'beta', "with 'space/ü\nnew": 'gamma', empty: '' };
const damaged = { 'a.txt': 'alphb', 'junk.txt': 'junk' };
const key = 'run1.copy.1';

/** `a.txt` differs in nothing but its content. */
function scene(): string {
  const folder = newFolder();
  plant(join(folder, 'backup'), good);
  plant(join(folder, 'target'), damaged);
  for (const tree of ['backup', 'target']) utimesSync(join(folder, tree, 'a.txt'), 1_000_000_000, 1_000_000_000);
  return folder;
}
const given = { source: 'backup', target: 'target', checksum: true };

describeWith(['rsync'], 'files/rsync', () => {
  test('makes the target what the source is, keeps what was replaced, and can be repeated', async () => {
    const folder = scene();
    const asked = { ...given, delete: true, maxDelete: 1, backupDir: 'kept' };
    expect(await preflight(adapter, asked, folder)).toMatchObject({
      ok: true,
      checked: [
        expect.stringContaining('4 files (14 bytes) would be copied'),
        expect.stringContaining('1 would be removed'),
      ],
    });
    expect(harvest(join(folder, 'target'))).toEqual(damaged);
    expect(await probe(adapter, asked, { folder, key })).toBe('no');
    const ended = await runStep(adapter, asked, folder, key);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { files: '4', bytes: '14', deleted: '1' } });
    expect(harvest(join(folder, 'target'))).toEqual(good);
    expect(harvest(String(ended.outputs.backup))).toEqual(damaged);
    expect(await probe(adapter, asked, { folder, key })).toBe('yes');
    expect(await workInPlace(adapter, asked, folder, 'run1.copy.2')).toMatchObject({
      code: 0,
      outputs: { files: '0' },
    });
  });

  test('modes, times and links are copied; what is excluded and what the source does not hold stays', async () => {
    const folder = scene();
    chmodSync(join(folder, 'backup', 'a.txt'), 0o4750);
    symlinkSync('/no/where', join(folder, 'backup', 'link'));
    plant(join(folder, 'backup'), { 'cache/x': 'from the backup' });
    plant(join(folder, 'target'), { 'cache/x': 'of today' });
    expect(await workInPlace(adapter, { ...given, exclude: 'cache/' }, folder)).toMatchObject({ code: 0, stderr: '' });
    expect(harvest(join(folder, 'target'))).toEqual({
      ...good,
      'junk.txt': 'junk',
      'cache/x': 'of today',
      link: '-> /no/where',
    });
    expect((statSync(join(folder, 'target', 'a.txt')).mode & 0o7777).toString(8)).toBe('4750');
  });

  test('a copy that rsync takes for done, by size and time, is not taken for done', async () => {
    const folder = scene();
    const ended = await workInPlace(adapter, { source: 'backup', target: 'target' }, folder);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('a.txt differs (content)') });
  });

  const wrong: readonly (readonly [string, (folder: string) => JsonObject, string])[] = [
    ['no source', () => ({ source: 'none' }), 'the source is not there'],
    ['an empty source', (at) => made(join(at, 'mount'), { source: 'mount', delete: true }), 'holds no file'],
    ['a source of folders only', (at) => made(join(at, 'mount/x'), { source: 'mount', delete: true }), 'holds no file'],
    ['all excluded', () => ({ exclude: '*', delete: true }), 'holds no file'],
    ['a source that is a file', () => ({ source: 'backup/a.txt' }), 'is not a folder'],
    ['a target that is a file', () => ({ target: 'backup/../target/a.txt' }), 'is not a folder'],
    ['a target in no folder', () => ({ target: 'none/target' }), 'no such file'],
    ['the root', () => ({ target: '/' }), 'lie one in the other'],
    ['a target inside the source', () => ({ target: 'backup/x' }), 'lie one in the other'],
    ['more to remove than may be', () => ({ delete: true, maxDelete: 0 }), '1 file would be removed'],
    [
      'a place for what is removed that is removed',
      () => ({ delete: true, backupDir: 'target/old' }),
      'lies in the target',
    ],
  ];
  const made = (path: string, asked: JsonObject) => {
    mkdirSync(path, { recursive: true });
    return asked;
  };

  test.each(wrong)('%s: refused, and nothing is copied', async (_, arrange, because) => {
    const folder = scene();
    const asked = { ...given, ...arrange(folder) };
    const looked = await preflight(adapter, asked, folder);
    expect(looked.ok ? '' : looked.reason).toContain(because);
    const ended = await workInPlace(adapter, asked, folder);
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(because) });
    expect(ended.stderr).toContain('Nothing was copied.');
    expect(harvest(join(folder, 'target'))).toEqual(damaged);
  });

  test('a disk that is too small is found before anything is copied', async () => {
    const folder = scene();
    writeFileSync(join(folder, 'backup', 'large'), Buffer.alloc(400_000, 1));
    const tried = await onSmallDisk(256, async (disk) => {
      plant(join(disk, 'target'), damaged);
      const asked = { ...given, target: join(disk, 'target') };
      expect(await preflight(adapter, asked, folder)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('KiB are needed'),
      });
      expect(await workInPlace(adapter, asked, folder)).toMatchObject({ code: 119 });
      expect(harvest(join(disk, 'target'))).toEqual(damaged);
    });
    if (process.getuid?.() === 0) expect(tried).toBe(true);
  });
});

describeWith(['rsync', 'sshd', 'ssh'], 'files/rsync over ssh', () => {
  let sshd: SshServer;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  test('to another host, and back from it', async () => {
    const folder = scene();
    const remote = join(folder, "there, it's");
    const ssh = { config: sshd.config };
    const there = { source: 'backup', target: `web1:${remote}`, delete: true, backupDir: `${folder}/kept`, ssh };
    expect(await preflight(adapter, there, folder)).toMatchObject({ ok: true, uncovered: expect.anything() });
    expect(await workInPlace(adapter, there, folder)).toMatchObject({ code: 0, stderr: '', outputs: { files: '4' } });
    expect(harvest(remote)).toEqual(good);
    expect(await probe(adapter, there, { folder, key })).toBe('yes');
    const back = { ...given, source: `web1:${remote}`, ssh };
    expect(await workInPlace(adapter, back, folder)).toMatchObject({ code: 0, stderr: '' });
    expect(harvest(join(folder, 'target'))).toMatchObject(good);
  });

  test.each([
    ['a host that is not known', 'nowhere1', /host name is not known|cannot be reached/],
    ['a host whose key is another', 'stranger1', /key of the host/],
    ['a source that is not there', 'web1', /source is not there/],
  ])('%s is said', async (_, host, because) => {
    const folder = scene();
    const asked = { ...given, source: `${host}:/no/such`, ssh: { config: sshd.config } };
    const looked = await preflight(adapter, asked, folder);
    expect(looked.ok ? '' : looked.reason).toMatch(because);
    expect(harvest(join(folder, 'target'))).toEqual(damaged);
  });
});

describe('says what it means', () => {
  test.each([
    [['>f+++++++++ a b'], 'a b is missing'],
    [['>fc........ a'], 'a differs (content)'],
    [['.d..t...... deep/'], 'deep/ differs (time)'],
    [['.f....og... a'], null],
    [['*deleting   x/y'], 'x/y is not in the source'],
    [['Number of files: 3 (reg: 2, dir: 1)'], null],
  ])('%s', ([line], change) => {
    expect(changeIn(line ?? '')).toBe(change);
  });

  test.each([
    [23, 'rsync: [sender] send_files failed to open "/x": Permission denied (13)', 'may not be read'],
    [24, 'file has vanished: "/x/y"', 'vanished from the source'],
    [127, 'bash: rsync: command not found', 'rsync is missing on the other host'],
    [11, 'rsync: write failed on "/x": No space left on device (28)', 'the disk of the target is full'],
    [12, '', 'the connection was lost'],
  ])('exit code %d, %s', (code, stderr, what) => {
    expect(meaning(code, stderr).reason).toContain(what);
  });

  test('what makes no sense', () => {
    expect(complaints(adapter, { source: 'a:/x', target: 'b:/x' })).toContain('must be on this host');
    expect(complaints(adapter, { source: 'a', target: 'b', maxDelete: 1 })).toContain('goes with');
    expect(complaints(adapter, { source: 'a', target: 'b:/x', backupDir: 'old' })).toContain('absolute path');
  });
});
