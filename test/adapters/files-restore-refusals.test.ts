/**
 * Whatever is wrong is found before the old tree is touched. Planted faults that were caught: no verification of the
 * staged tree; no check of the end of a tar; members outside the target let through; a preflight that throws.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/files/restore/index.ts';
import { mountPoints } from '../../adapters/support/tree/mounts.ts';
import { good, scene, untouched } from './rig/files-scene.ts';
import { complaints, contextIn, preflight, probe, workInPlace } from './rig/step.ts';
import { harvest, leftovers, pack, plant } from './rig/tree.ts';

jest.setTimeout(60_000);

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
    ['a backup that is too old', () => ({ archive: 'backup.tar', newerThan: '1ms' }), 'older than 1 ms'],
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
    expect(ended.code).toBe(119);
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
