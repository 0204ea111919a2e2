/** Access control lists: put back where the archive has them, and none where it has none. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { mayHaveAcls } from '../../adapters/files/restore/acls.ts';
import { adapter } from '../../adapters/files/restore/index.ts';
import { newFolder } from './rig/folder.ts';
import { workInPlace } from './rig/step.ts';
import { harvest, pack, plant } from './rig/tree.ts';

jest.setTimeout(60_000);

const list = 'user::rw-\nuser:65534:r--\ngroup::r--\nmask::r--\nother::---\n';

/** A member's header, as POSIX has it. */
function header(name: string, type: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at);
  block.write(name, 0);
  octal(type === '5' ? 0o755 : 0o644, 100, 8);
  octal(process.getuid?.() ?? 0, 108, 8);
  octal(process.getgid?.() ?? 0, 116, 8);
  octal(size, 124, 12);
  octal(1_000_000_000, 136, 12);
  block.write(`        ${type}`, 148);
  block.write('ustar\u000000', 257, 'latin1');
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}

/** One member without content, which has the list `keyword`. */
function archiveWith(keyword: string, name: string, type: string): Buffer {
  const rest = ` ${keyword}=${list}\n`;
  const record = `${rest.length + String(rest.length).length}${rest}`;
  const body = Buffer.alloc(512);
  body.write(record);
  return Buffer.concat([header('pax', 'x', record.length), body, header(name, type, 0), Buffer.alloc(1_024)]);
}

/** What tar finds of them at `member`. */
const aclsOf = (folder: string, member: string): readonly string[] =>
  execFileSync('tar', ['--create', '--acls', '--format=posix', '--file=-', '--directory', folder, member], {
    encoding: 'latin1',
  }).match(/SCHILY\.acl\.\w+/g) ?? [];

test('what the archive has is put back', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'backup.tar'), archiveWith('SCHILY.acl.access', 'file', '0'));
  expect(await workInPlace(adapter, { archive: 'backup.tar', target: 'target' }, folder)).toMatchObject({ code: 0 });
  expect(aclsOf(join(folder, 'target'), 'file')).toEqual(['SCHILY.acl.access']);
});

test('what the folder above would hand down is not taken over', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'parent.tar'), archiveWith('SCHILY.acl.default', 'parent/', '5'));
  execFileSync('tar', ['--extract', '--acls', '--file', 'parent.tar'], { cwd: folder });
  const parent = join(folder, 'parent');
  mkdirSync(join(parent, 'by-hand'));
  expect(aclsOf(parent, 'by-hand')).toContain('SCHILY.acl.default');
  // Many and small: so that tar is not told to set them for fear of them.
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`d/${n}`, 'x']));
  plant(join(folder, 'backup'), files);
  pack(join(folder, 'backup.tar'), join(folder, 'backup'));
  expect(await workInPlace(adapter, { archive: '../backup.tar', target: 'target' }, parent)).toMatchObject({ code: 0 });
  expect(harvest(join(parent, 'target'))).toEqual(files);
  expect(aclsOf(join(parent, 'target'), 'd/7')).toEqual([]);
});

test.each([
  ['none', '', 0, false],
  ['at the very beginning', 'SCHILY.acl.access', 0, true],
  ['across two parts that are read', 'SCHILY.acl.access', 1_048_576 - 5, true],
  ['at the end of one', 'SCHILY.acl.access', 2 * 1_048_576 - 17, true],
])('an archive is searched for them: %s', async (_, mark, at, found) => {
  const folder = newFolder();
  const content = Buffer.alloc(3_000_000);
  content.write(mark, at);
  writeFileSync(join(folder, 'a.tar'), content);
  const backup = { packing: 'tar', files: 1_000, bytes: 3_000_000, contents: null, manifest: null } as const;
  expect(await mayHaveAcls(join(folder, 'a.tar'), backup, folder)).toBe(found);
  expect(await mayHaveAcls(join(folder, 'a.tar'), { ...backup, files: 1 }, folder)).toBe(true);
  expect(await mayHaveAcls(join(folder, 'a.tar'), { ...backup, packing: 'gzip' }, folder)).toBe(true);
});
