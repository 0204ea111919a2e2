/**
 * A swap that was stopped anywhere is finished by a repeat. Planted faults that were caught: a swap that removes before
 * it renames; a repeat that begins anew.
 */
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { adapter } from '../../adapters/files/restore/index.ts';
import { linkPlaces, renamePlaces } from '../../adapters/support/tree/places.ts';
import { swapByLink, swapByRenaming } from '../../adapters/support/tree/swap.ts';
import { damaged, good, key, scene } from './rig/files-scene.ts';
import { preflight, probe, workInPlace } from './rig/step.ts';
import { harvest, leftovers, plant } from './rig/tree.ts';

jest.setTimeout(60_000);

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
