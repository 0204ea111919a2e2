import { describe, expect, test } from '@jest/globals';
import { readPlaybook } from '../../src/playbook/read.ts';
import { usedAdapters, usedScripts } from '../../src/playbook/used.ts';
import { brief, documentOf, shopRelease } from './playbook-text.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function refused(bytes: Uint8Array): Promise<readonly string[]> {
  const read = await readPlaybook('p.yaml', bytes);
  return read.ok ? ['accepted'] : brief(read.error);
}

const laughs = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'.split('').map((name, index) => {
    const above = 'abcdefgh'[index];
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${above}`).join(', ')}]`;
  }),
].join('\n');

describe('what is no playbook is refused, with its place', () => {
  test.each<readonly [string, Uint8Array, readonly string[]]>([
    ['an empty file', encode(''), ['0:0 empty: p.yaml is empty']],
    ['only blanks', encode(' \n\n'), ['0:0 empty: p.yaml is empty']],
    ['binary', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1), ['0:0 binary: p.yaml is no text: byte 5 is NUL']],
    ['latin-1', Uint8Array.of(0x6e, 0xe4, 0x0a), ['0:0 not-utf-8: p.yaml is not UTF-8 text']],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x6e, 0), ['0:0 not-utf-8: p.yaml is UTF-16 text, not UTF-8']],
    [
      'an escape sequence',
      encode('name: \u001b[2J'),
      ['1:7 control-character: the control character U+001B is not allowed in a playbook'],
    ],
    [
      'a quote that is not closed',
      encode('name: "x\nphases: {}'),
      ['2:11 yaml: not valid YAML: Missing closing "quote'],
    ],
    ['a key twice', encode('name: x\nname: y'), ['2:1 duplicate-key: the key "name" stands twice in this mapping']],
    [
      'a key twice, deep',
      encode('a: { b: 1, c: 2, b: 3 }'),
      ['1:18 duplicate-key: the key "b" stands twice in this mapping'],
    ],
    [
      'two documents',
      encode('name: x\n---\nname: y'),
      ['2:1 yaml: not valid YAML: Source contains multiple documents'],
    ],
    [
      'a tab as indent',
      encode('phases:\n\trestore: []'),
      ['2:1 yaml: not valid YAML: Tabs are not allowed as indentation'],
    ],
    [
      'a tag',
      encode('name: !!js/function x'),
      ['1:7 yaml: not valid YAML: Unresolved tag: tag:yaml.org,2002:js/function'],
    ],
    ['an anchor that is not there', encode('name: *x'), ['1:7 unknown-anchor: *x names no anchor above it']],
    ['no number', encode('a: .nan'), ['1:4 not-a-number: NaN is no value here']],
    ['a mapping as key', encode('{ a: 1 }: 2'), ['1:1 key-not-text: a key must be text']],
  ])('%s', async (_name, bytes, expected) => {
    const found = await refused(bytes);
    expect(found.slice(0, expected.length)).toEqual(expected);
  });

  test('50 MB, without being parsed', async () => {
    const bytes = new Uint8Array(50_000_000).fill(0x5b);
    expect(await refused(bytes)).toEqual(['0:0 too-large: p.yaml has more bytes than a playbook may have (1 MiB)']);
  });

  test('anchors that explode, told once', async () => {
    expect(await refused(encode(laughs))).toEqual([
      expect.stringMatching(/^\d+:\d+ exploding-anchors: aliases stand for more than 10,000 values$/),
    ]);
  });

  test('an anchor that holds itself', async () => {
    expect((await refused(encode('a: &a [*a, *a]')))[0]).toMatch(/exploding-anchors|too-deep/);
  });

  test.each(['[', '{a: ', '- ', '? '])('%s nested ten thousand times', async (opening) => {
    expect((await refused(encode(opening.repeat(10_000))))[0]).toMatch(/too-deep|yaml/);
  });
});

test('a byte order mark and CRLF are no fault', async () => {
  const document = await documentOf('\uFEFFname: x\r\nphases: {}\r\n');
  expect(document.data).toEqual({ name: 'x', phases: {} });
});

test('aliases are values, and have a place', async () => {
  const document = await documentOf('a: &x { b: 1 }\nc: *x\n');
  expect(document.data).toEqual({ a: { b: 1 }, c: { b: 1 } });
  expect(document.place(['c', 'b']).range).toMatchObject({ line: 1, column: 12 });
});

test('a key called __proto__ is only a key', async () => {
  const { data } = await documentOf('__proto__: { polluted: 1 }');
  expect(Object.keys(data as object)).toEqual(['__proto__']);
  expect('polluted' in {}).toBe(false);
});

test('what a document uses is told before it is checked', async () => {
  const document = await documentOf(shopRelease);
  expect(usedAdapters(document)).toEqual(['email', 'postgres/restore', 'http']);
  expect(usedScripts(document)).toEqual(['./scripts/restore-files.mjs']);
});

test('a place is that of the value, of the key, or of what is nearest', async () => {
  const document = await documentOf(
    'name: x\nphases:\n  restore:\n    - run: |\n        a ${{ b }}\n        c ${{ d }}\n',
  );
  const path = ['phases', 'restore', 0, 'run'];
  expect(document.place(path, 'key').range).toMatchObject({ line: 4, column: 7, endColumn: 10 });
  expect(document.placeOfExpression(path, 1)).toMatchObject({
    range: { line: 6, column: 11, endLine: 6, endColumn: 19 },
    sourceLine: '        c ${{ d }}',
  });
  expect(document.place(['phases', 'restore', 0, 'timeout']).range).toMatchObject({ line: 4, column: 7 });
});
