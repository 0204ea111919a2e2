/** What is put back is what was saved: content, modes, times, links. */
import { chmodSync, renameSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/files/restore/index.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { damaged, good, key, scene } from './rig/files-scene.ts';
import { runStep, workInPlace } from './rig/step.ts';
import { harvest, leftovers, pack, plant } from './rig/tree.ts';

jest.setTimeout(60_000);

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
  describeWith(['zstd'], 'packed by zstd', () => {
    test('from a tar.zst', async () => {
      const folder = scene();
      pack(join(folder, 'backup.tar.zst'), join(folder, 'backup'), '--zstd');
      await restored(folder, { archive: 'backup.tar.zst' });
    });
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
