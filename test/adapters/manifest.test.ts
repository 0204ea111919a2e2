import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packingOf, unquoted } from '../../adapters/files/restore/archive.ts';
import { compare, faultIn, parseManifest } from '../../adapters/files/restore/manifest.ts';
import { sizeOfTree } from '../../adapters/support/tree/walk.ts';
import { newFolder } from './rig/folder.ts';
import { manifestOf, plant } from './rig/tree.ts';

const [a, b] = ['a'.repeat(64), 'B'.repeat(64)];

describe('a manifest', () => {
  test.each([
    [
      'as sha256sum writes it',
      `${a}  ./x/y\n${b} *z with  space\n`,
      [
        ['x/y', a],
        ['z with  space', b.toLowerCase()],
      ],
    ],
    [
      'with CRLF, blank lines and remarks',
      `# made by\r\n\r\n${a}  x\r\n`.replace('# made by\r', '# made by'),
      [['x', a]],
    ],
    ['with escapes', `\\${a}  one\\nline\\\\and\\rmore\n`, [['one\nline\\and\rmore', a]]],
    ['without the last line end', `${a}  x`, [['x', a]]],
    [
      'as JSON of paths',
      JSON.stringify({ './x': a, files: b }),
      [
        ['x', a],
        ['files', b.toLowerCase()],
      ],
    ],
    ['as JSON with `files`', JSON.stringify({ made: 1, files: { x: a } }), [['x', a]]],
    ['as a JSON list', JSON.stringify([{ path: 'x', sha256: a }]), [['x', a]]],
  ])('%s', (_, content, wanted) => {
    const manifest = parseManifest(content);
    expect(manifest.ok && [...manifest.value]).toEqual(wanted);
  });

  test.each([
    ['', 'names no file'],
    ['{}', 'names no file'],
    ['{', 'not JSON'],
    ['{"x": "short"}', 'SHA-256'],
    [`${a}  x\nhello`, 'line 2'],
    [`${a}  /etc/passwd`, 'outside the tree'],
    [`${a}  x/../../y`, 'outside the tree'],
  ])('refuses %j', (content, because) => {
    const manifest = parseManifest(content);
    expect(manifest.ok ? '' : manifest.error).toContain(because);
  });

  test('names at most five files of many', () => {
    const many = ['1', '2', '3', '4', '5', '6', '7'];
    expect(faultIn({ missing: many, different: ['x'] })).toBe(
      '7 files are missing: 1, 2, 3, 4, 5 and 2 more; 1 file is of another content: x',
    );
    expect(faultIn({ missing: [], different: [] })).toBeNull();
  });
});

test.each([
  ['plain', 'plain'],
  [String.raw`a\nb\\c\td`, 'a\nb\\c\td'],
  [String.raw`\303\274\342\230\203`, 'ü☃'],
  [String.raw`\\n`, '\\n'],
])("tar's %s is %j", (listed, name) => {
  expect(unquoted(listed)).toBe(name);
});

test('what is not there is no archive', async () => {
  expect(await packingOf('/no/such/file')).toMatchObject({ ok: false });
});

describe('of many files', () => {
  const files = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`d${n % 7}/${n}.txt`, `file ${n}`]));
  const all = { ...files, 'new\nline': 'x', 'back\\slash': 'y', ' space ': 'z' };
  const manifestFor = () => {
    const parsed = parseManifest(manifestOf(files));
    const odd = Object.keys(all).filter((path) => !(path in files));
    const digest = (path: string) =>
      createHash('sha256')
        .update(String(Reflect.get(all, path)))
        .digest('hex');
    return new Map([...(parsed.ok ? parsed.value : []), ...odd.map((path) => [path, digest(path)] as const)]);
  };
  const planted: readonly (readonly [string, object, object])[] = [
    ['all as listed', {}, {}],
    ['one of another content', { 'd3/3.txt': 'changed' }, { different: ['d3/3.txt'] }],
    ['an odd name of another content', { 'new\nline': 'changed' }, { different: ['new\nline'] }],
    ['one that is not listed', { 'd3/extra': '' }, { extra: ['d3/extra'] }],
  ];

  test.each(planted)('%s', async (_, changed, found) => {
    const folder = newFolder();
    plant(folder, { ...all, ...changed });
    const none = { missing: [], different: [], extra: [] };
    expect(await compare(folder, manifestFor())).toEqual({ ...none, ...found });
  });

  test('one is missing', async () => {
    const folder = newFolder();
    plant(folder, all);
    rmSync(join(folder, 'd5', '5.txt'));
    expect(await compare(folder, manifestFor())).toMatchObject({ missing: ['d5/5.txt'], different: [] });
  });
});

test('names that are no UTF-8 are counted too', async () => {
  const folder = newFolder();
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xfc, 0x72])]), 'four');
  expect(await sizeOfTree(folder)).toEqual({ files: 1, bytes: 4 });
});
