/**
 * Whatever is wrong is found before the old tree is touched; and a swap that was stopped anywhere is finished by a
 * repeat. Planted faults that were caught: no verification of the staged tree; no check of the end of a tar; members outside the
 * target let through; a swap that removes before it renames; a repeat that begins anew.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/files/restore/index.ts';
import { mountPoints } from '../../adapters/files/restore/mounts.ts';
import { linkPlaces, renamePlaces } from '../../adapters/files/restore/places.ts';
import { swapByLink, swapByRenaming } from '../../adapters/files/restore/swap.ts';
import { newFolder } from './rig/folder.ts';
import { complaints, contextIn, preflight, probe, runStep, workInPlace } from './rig/step.ts';
import { testWith } from './rig/tools.ts';
import { harvest, leftovers, manifestOf, pack, plant } from './rig/tree.ts';

jest.setTimeout(60_000);

const good = { 'a.txt': 'alpha', 'deep/er/b.txt': 'beta', 'with space/ü\nnew line': 'gamma', empty: '' };
const damaged = { 'a.txt': 'broken', 'junk.txt': 'junk' };
const key = 'run1-step-1';

/** A backup of `good` in every form, and a target that holds `damaged`. */
function scene(): string {
  const folder = newFolder();
  plant(join(folder, 'backup'), good);
  plant(join(folder, 'target'), damaged);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ files: digests() }));
  pack(join(folder, 'backup.tar'), join(folder, 'backup'));
  pack(join(folder, 'backup.tar.gz'), join(folder, 'backup'), '--gzip');
  return folder;
}

const digests = () =>
  Object.fromEntries(
    Object.entries(good).map(([path, content]) => [path, manifestOf({ [path]: content }).slice(0, 64)]),
  );

const untouched = (folder: string) => {
  expect(harvest(join(folder, 'target'))).toEqual(damaged);
  expect(leftovers(folder)).toEqual([]);
};

describe('puts the tree back', () => {
  const restored = async (folder: string, source: { readonly [field: string]: string }) => {
    const ended = await runStep(adapter, { ...source, target: 'target', manifest: 'manifest.json' }, folder);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(harvest(join(folder, 'target'))).toEqual(good);
    expect(ended.outputs).toEqual({ files: '4', bytes: '14', old: join(folder, `.target.backout-old-${key}`) });
    expect(harvest(String(ended.outputs.old))).toEqual(damaged);
    expect(leftovers(folder)).toEqual([`.target.backout-old-${key}`]);
  };

  test('from a folder', () => restored(scene(), { source: 'backup' }));
  test('from a tar', () => restored(scene(), { archive: 'backup.tar' }));
  test('from a tar.gz', () => restored(scene(), { archive: 'backup.tar.gz' }));
  testWith('zstd')('from a tar.zst', async () => {
    const folder = scene();
    pack(join(folder, 'backup.tar.zst'), join(folder, 'backup'), '--zstd');
    await restored(folder, { archive: 'backup.tar.zst' });
  });
  test('from an archive whose name lies, and would be a remote one to tar', async () => {
    const folder = scene();
    renameSync(join(folder, 'backup.tar.gz'), join(folder, 'host:backup.tar'));
    await restored(folder, { archive: 'host:backup.tar' });
  });

  test('with modes, times and links as they were', async () => {
    const folder = scene();
    const file = join(folder, 'backup', 'a.txt');
    chmodSync(file, 0o4750);
    chmodSync(join(folder, 'backup'), 0o710);
    utimesSync(file, 1_000_000_000, 1_000_000_000);
    symlinkSync('/no/where', join(folder, 'backup', 'link'));
    pack(join(folder, 'backup.tar'), join(folder, 'backup'));
    for (const source of [{ archive: 'backup.tar' }, { source: 'backup' }]) {
      expect(await workInPlace(adapter, { ...source, target: 'target', keepOld: false }, folder)).toMatchObject({
        code: 0,
      });
      const { mode, mtimeMs } = statSync(join(folder, 'target', 'a.txt'));
      expect([(mode & 0o7777).toString(8), mtimeMs]).toEqual(['4750', 1_000_000_000_000]);
      expect((statSync(join(folder, 'target')).mode & 0o777).toString(8)).toBe('710');
      expect(harvest(join(folder, 'target'))).toMatchObject({ link: '-> /no/where' });
      expect(leftovers(folder)).toEqual([]);
    }
  });

  test('below leading folders that are left out; the folder itself keeps its mode', async () => {
    const folder = scene();
    chmodSync(join(folder, 'target'), 0o705);
    plant(join(folder, 'outer', 'uploads'), good);
    pack(join(folder, 'outer.tar'), join(folder, 'outer'), '--transform=s,^./,,');
    const ended = await workInPlace(
      adapter,
      { archive: 'outer.tar', target: 'target', manifest: 'manifest.json', strip: 1 },
      folder,
    );
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(harvest(join(folder, 'target'))).toEqual(good);
    expect((statSync(join(folder, 'target')).mode & 0o777).toString(8)).toBe('705');
  });

  test('where there was none', async () => {
    const folder = scene();
    rmSync(join(folder, 'target'), { recursive: true });
    const ended = await workInPlace(adapter, { source: 'backup', target: 'target' }, folder);
    expect(ended).toMatchObject({ code: 0, outputs: { files: '4' } });
    expect(ended.outputs.old).toBeUndefined();
    expect(harvest(join(folder, 'target'))).toEqual(good);
  });

  test('files that the manifest does not name are restored, and said', async () => {
    const folder = scene();
    plant(join(folder, 'backup'), { 'extra.txt': 'x' });
    const ended = await workInPlace(adapter, { source: 'backup', target: 'target', manifest: 'manifest.json' }, folder);
    expect(ended.stdout).toContain('Not in the manifest, restored all the same: extra.txt.');
  });
});

describe('finds what is wrong, says it, and leaves the target as it was', () => {
  const wrong: readonly (readonly [string, (folder: string) => object, string])[] = [
    ['no backup', () => ({ archive: 'none.tar' }), 'no such file'],
    ['no folder', () => ({ source: 'none' }), 'no such file'],
    [
      'an empty file',
      (at) => {
        writeFileSync(join(at, 'e'), '');
        return { archive: 'e' };
      },
      'it is empty',
    ],
    [
      'no archive at all',
      (at) => {
        writeFileSync(join(at, 'e'), 'x'.repeat(2_000));
        return { archive: 'e' };
      },
      'neither tar nor tar.gz nor tar.zst',
    ],
    [
      'a gzip that is cut',
      (at) => {
        cut(join(at, 'backup.tar.gz'), 40);
        return { archive: 'backup.tar.gz' };
      },
      'damaged or truncated',
    ],
    [
      'a tar that is cut between two members',
      (at) => {
        const file = join(at, 'two.tar');
        execFileSync('tar', ['--create', '--file', file, '--directory', join(at, 'backup'), 'a.txt', 'empty']);
        // One header and one block of content: what follows is a whole member, which tar does not miss.
        truncateSync(file, 1_024);
        return { archive: 'two.tar' };
      },
      'truncated',
    ],
    [
      'a tar that is cut in a member',
      (at) => {
        cut(join(at, 'backup.tar'), 9_000);
        return { archive: 'backup.tar' };
      },
      'truncated',
    ],
    ['another checksum', () => ({ archive: 'backup.tar', checksum: '0'.repeat(64) }), 'has the SHA-256'],
    [
      'a file of another content',
      (at) => {
        plant(join(at, 'backup'), { 'a.txt': 'alphb' });
        return { source: 'backup' };
      },
      '1 file is of another content: a.txt',
    ],
    [
      'a missing file',
      (at) => {
        rmSync(join(at, 'backup', 'a.txt'));
        return { source: 'backup' };
      },
      '1 file is missing: a.txt',
    ],
    [
      'a missing member',
      (at) => {
        rmSync(join(at, 'backup', 'a.txt'));
        pack(join(at, 'backup.tar'), join(at, 'backup'));
        return { archive: 'backup.tar' };
      },
      'missing a.txt',
    ],
    ['no manifest', () => ({ source: 'backup', manifest: 'none' }), 'Manifest'],
    [
      'a manifest that is none',
      (at) => {
        writeFileSync(join(at, 'm'), 'hello');
        return { source: 'backup', manifest: 'm' };
      },
      'line 1 is not',
    ],
    [
      'a manifest that points outside',
      (at) => {
        writeFileSync(join(at, 'm'), `${'0'.repeat(64)}  ../x`);
        return { source: 'backup', manifest: 'm' };
      },
      'outside the tree',
    ],
    [
      'a member that climbs out',
      (at) => {
        pack(join(at, 'evil.tar'), join(at, 'backup'), '--absolute-names', '--transform=s,a.txt,../../evil.txt,');
        return { archive: 'evil.tar' };
      },
      'outside the target',
    ],
    [
      'an absolute member',
      (at) => {
        pack(join(at, 'evil.tar'), join(at, 'backup'), '--absolute-names', '--transform=s,./a.txt,/evil.txt,');
        return { archive: 'evil.tar' };
      },
      'outside the target',
    ],
    ['a target in no folder', () => ({ source: 'backup', target: 'none/target' }), 'no such file'],
    [
      'a target that is a file',
      (at) => {
        writeFileSync(join(at, 'f'), '');
        return { source: 'backup', target: 'f' };
      },
      'is not a folder',
    ],
    [
      'a target that is a link',
      (at) => {
        symlinkSync('target', join(at, 'l'));
        return { source: 'backup', target: 'l' };
      },
      'swap: symlink',
    ],
    ['a target that is no link', () => ({ source: 'backup', swap: 'symlink' }), 'is no symbolic link'],
    ['a mount point', () => ({ source: 'backup', target: '/proc' }), 'is a mount point'],
    [
      'a backup inside the target',
      (at) => {
        plant(join(at, 'target', 'b'), good);
        return { source: 'target/b' };
      },
      'lies inside the target',
    ],
  ];

  test.each(wrong)('%s', async (_, arrange, because) => {
    const folder = scene();
    const given = { target: 'target', manifest: 'manifest.json', ...arrange(folder) };
    const before = harvest(join(folder, 'target'));
    const looked = await preflight(adapter, given, folder);
    const ended = await workInPlace(adapter, given, folder);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(because);
    expect(ended.stderr).toContain('The target was not touched.');
    // What only shows once it is staged, preflight says it cannot cover.
    if (looked.ok) expect(looked.uncovered).toContain('verified when they are staged');
    else expect(`${looked.reason} ${looked.remedy}`).toContain(because);
    expect(harvest(join(folder, 'target'))).toEqual(before);
    expect(leftovers(folder)).toEqual([]);
  });

  test('refuses what makes no sense', () => {
    expect(complaints(adapter, { target: 't' })).toContain('`archive` or `source`');
    expect(complaints(adapter, { target: 't', archive: 'a', source: 's' })).toContain('not both');
    expect(complaints(adapter, { target: 't', source: 's', strip: 1 })).toContain('for an archive');
    expect(complaints(adapter, { target: 't', archive: 'a', checksum: 'abc' })).toContain('64 hexadecimal');
  });
});

function cut(file: string, bytes: number): void {
  truncateSync(file, statSync(file).size - bytes);
}

describe('a swap that was stopped is finished by a repeat with the same key', () => {
  /** Everything up to the swap, then `count` of its operations, then nothing: as after a crash. */
  function crashedAfter(folder: string, count: number): void {
    const places = renamePlaces(join(folder, 'target'), key);
    plant(places.fresh, good);
    const swap = swapByRenaming(places);
    for (let n = 0; n < count; n += 1) swap.next();
  }

  test.each([0, 1, 2])('after %d of its two renames', async (count) => {
    const folder = scene();
    crashedAfter(folder, count);
    const { target, fresh, old } = renamePlaces(join(folder, 'target'), key);
    const standing = [target, fresh, old].filter((place) => existsSync(place)).map((place) => harvest(place));
    expect(standing).toHaveLength(2);
    expect(standing).toEqual(expect.arrayContaining([good, damaged]));

    rmSync(join(folder, 'backup.tar'));
    const given = { archive: 'backup.tar', target: 'target' };
    expect(await probe(adapter, given, { folder })).toBe(count === 2 ? 'yes' : 'no');
    expect(await workInPlace(adapter, given, folder)).toMatchObject({ code: 0, stderr: '', outputs: { old } });
    expect(harvest(target)).toEqual(good);
    expect(harvest(old)).toEqual(damaged);
    expect(leftovers(folder)).toEqual([basename(old)]);
  });

  test('half a staged tree is staged anew', async () => {
    const folder = scene();
    plant(renamePlaces(join(folder, 'target'), key).part, { 'a.txt': 'half', leftover: 'x' });
    expect(await workInPlace(adapter, { source: 'backup', target: 'target' }, folder)).toMatchObject({ code: 0 });
    expect(harvest(join(folder, 'target'))).toEqual(good);
  });

  test('another attempt cleans up what the first one left, and keeps the old tree that it moved away', async () => {
    const folder = scene();
    crashedAfter(folder, 1);
    plant(renamePlaces(join(folder, 'target'), 'run1-step-0').part, { x: 'y' });
    const { old } = renamePlaces(join(folder, 'target'), key);
    const ended = await workInPlace(adapter, { source: 'backup', target: 'target' }, folder, 'run1-step-2');
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { old } });
    expect(harvest(join(folder, 'target'))).toEqual(good);
    expect(harvest(old)).toEqual(damaged);
    expect(leftovers(folder)).toEqual([basename(old)]);
  });

  test('what was put in the way between the two renames is not overwritten', async () => {
    const folder = scene();
    crashedAfter(folder, 1);
    plant(join(folder, 'target'), { upload: 'new' });
    const ended = await workInPlace(adapter, { source: 'backup', target: 'target' }, folder);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('has put') });
    expect(harvest(join(folder, 'target'))).toEqual({ upload: 'new' });
    expect(leftovers(folder)).toHaveLength(2);
  });
});

describe('swap: symlink', () => {
  function linked(relative: boolean): string {
    const folder = scene();
    mkdirSync(join(folder, 'volume'));
    renameSync(join(folder, 'target'), join(folder, 'volume', 'uploads'));
    symlinkSync(relative ? 'volume/uploads' : join(folder, 'volume', 'uploads'), join(folder, 'target'));
    return folder;
  }
  const given = { source: 'backup', target: 'target', manifest: 'manifest.json', swap: 'symlink' };

  test.each([true, false])(
    'points the link at the new tree, which stands beside the old one (relative: %s)',
    async (relative) => {
      const folder = linked(relative);
      const volume = join(folder, 'volume');
      expect(await preflight(adapter, given, folder)).toMatchObject({ ok: true });
      expect(await workInPlace(adapter, given, folder)).toMatchObject({
        code: 0,
        stderr: '',
        outputs: { old: join(volume, 'uploads') },
      });
      expect(harvest(folder)).toMatchObject({
        target: `-> ${relative ? '' : `${folder}/`}volume/uploads.backout-${key}`,
      });
      expect(harvest(join(folder, 'target'))).toEqual(good);
      expect(harvest(join(volume, 'uploads'))).toEqual(damaged);
      expect(await probe(adapter, given, { folder })).toBe('yes');
    },
  );

  test.each([0, 1, 2])('is finished by a repeat after %d of its two operations', async (count) => {
    const folder = linked(true);
    const places = linkPlaces(join(folder, 'target'), key);
    plant(places.fresh, good);
    const swap = swapByLink(places);
    for (let n = 0; n < count; n += 1) swap.next();
    expect(Object.values(harvest(join(folder, 'target')))).toHaveLength(count < 2 ? 2 : 4);
    expect(await workInPlace(adapter, given, folder)).toMatchObject({ code: 0, stderr: '' });
    expect(harvest(join(folder, 'target'))).toEqual(good);
    expect(harvest(join(folder, 'volume', 'uploads'))).toEqual(damaged);
  });

  test('a second restore stands beside the first', async () => {
    const folder = linked(true);
    await workInPlace(adapter, given, folder, 'first');
    await workInPlace(adapter, given, folder, 'second');
    expect(harvest(folder)).toMatchObject({ target: '-> volume/uploads.backout-second' });
  });
});

test('mount points are read as the kernel writes them', () => {
  const table =
    '36 35 98:0 /mnt1 /mnt/with\\040space rw,noatime master:1 - ext3 /dev/root rw\n1 2 0:1 / / rw - tmpfs t rw\n';
  expect(mountPoints(table)).toEqual(['/mnt/with space', '/']);
});

test('probe compares with the manifest', async () => {
  const folder = scene();
  const given = { source: 'backup', target: 'target', manifest: 'manifest.json' };
  expect(await probe(adapter, given, { folder })).toBe('no');
  await workInPlace(adapter, given, folder);
  expect(await probe(adapter, given, { folder })).toBe('yes');
  writeFileSync(join(folder, 'target', 'a.txt'), 'changed');
  expect(await probe(adapter, given, { folder })).toBe('no');
  expect(await probe(adapter, { source: 'backup', target: 'target' }, { folder, key: 'another' })).toBe('unknown');
  expect(readFileSync(join(folder, 'target', 'a.txt'), 'utf8')).toBe('changed');
});

test('a preflight that is cancelled is answered', async () => {
  const folder = scene();
  const input = { archive: 'backup.tar.gz', target: 'target' };
  expect(await adapter.preflight(input, contextIn(folder, { signal: AbortSignal.abort() }))).toMatchObject({
    ok: false,
  });
});

test('too little space is said before anything is staged', async () => {
  const folder = scene();
  writeFileSync(join(folder, 'backup', 'huge'), '');
  truncateSync(join(folder, 'backup', 'huge'), 2 ** 43);
  expect(await preflight(adapter, { source: 'backup', target: 'target' }, folder)).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/free, 8192\.0 GiB are needed/),
  });
  untouched(folder);
});
