/** A backup, a damaged tree, and what must be true of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { newFolder } from './folder.ts';
import { harvest, leftovers, manifestOf, pack, plant } from './tree.ts';

export const good = { 'a.txt': 'alpha', 'deep/er/b.txt': 'beta', 'with space/ü\nnew line': 'gamma', empty: '' };
export const damaged = { 'a.txt': 'broken', 'junk.txt': 'junk' };
export const key = 'run1-step-1';

/** A backup of `good` in every form, and a target that holds `damaged`. */
export function scene(): string {
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

export const untouched = (folder: string) => {
  expect(harvest(join(folder, 'target'))).toEqual(damaged);
  expect(leftovers(folder)).toEqual([]);
};
