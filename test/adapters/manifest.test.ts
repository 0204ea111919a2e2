import { describe, expect, test } from '@jest/globals';
import { packingOf, unquoted } from '../../adapters/files/restore/archive.ts';
import { faultIn, parseManifest } from '../../adapters/files/restore/manifest.ts';

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
    expect(faultIn({ missing: many, different: ['x'], extra: ['y'] })).toBe(
      '7 files are missing: 1, 2, 3, 4, 5 and 2 more; 1 file is of another content: x',
    );
    expect(faultIn({ missing: [], different: [], extra: many })).toBeNull();
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
