/** What is read of an archive and of a tree, in short ways that must say the same as the long ones. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { measured } from '../../adapters/files/restore/measure.ts';
import { placeOf } from '../../adapters/files/restore/member.ts';
import { sizeOfTree } from '../../adapters/support/tree/walk.ts';
import { newFolder } from './rig/folder.ts';
import { plant } from './rig/tree.ts';

describe('where a member will stand', () => {
  test.each([
    ['./a', 0, 'a', false],
    ['a/b', 0, 'a/b', false],
    ['./a/', 0, 'a/', false],
    ['./', 0, '', false],
    ['.', 0, '', false],
    ['a//b', 0, 'a/b', false],
    ['./a/./b', 0, 'a/b', false],
    ['././a', 0, 'a', false],
    ['a/.', 0, 'a', false],
    ['..a/b..', 0, '..a/b..', false],
    ['.hidden/...', 0, '.hidden/...', false],
    ['a/b/c', 1, 'b/c', false],
    ['a/b/', 1, 'b/', false],
    ['a/', 1, '', false],
  ])('%s, %i left out: %j', (member, strip, name, outside) => {
    expect(placeOf(member, strip)).toEqual({ name, outside });
  });

  test.each(['/a', '//a', '../a', './../a', 'a/../b', 'a/..', '..', './a/../'])('%s: outside', (member) => {
    expect(placeOf(member, 0).outside).toBe(true);
  });
});

describe('how large a tree is', () => {
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
  });

  const planted = () => {
    const folder = newFolder();
    plant(folder, { 'a.txt': 'four', 'd/e/new\nline': 'fifth', 'd/empty': '' });
    symlinkSync('a.txt', join(folder, 'd', 'link'));
    return folder;
  };

  test('said by find as by the walk', async () => {
    const folder = planted();
    expect(await measured(folder)).toEqual({ files: 4, bytes: 9 });
    expect(await sizeOfTree(folder)).toEqual({ files: 4, bytes: 9 });
    expect(await measured(newFolder())).toEqual({ files: 0, bytes: 0 });
  });

  test('where there is no find', async () => {
    const folder = planted();
    process.env.PATH = newFolder();
    expect(await measured(folder)).toEqual({ files: 4, bytes: 9 });
  });
});
