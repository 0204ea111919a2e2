/** The one-pass scan says of any bytes what parsing and writing again says. */
import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { isCanonicalJson } from '../../src/journal/canonical-scan.ts';
import { canonicalJson } from '../../src/kernel/canonical-json.ts';

// Generous, for a machine that is busy with other things.
jest.setTimeout(30_000);

const scan = (text: string | Buffer): boolean => {
  const bytes = Buffer.from(`??${text}??`);
  return isCanonicalJson(
    typeof text === 'string' ? bytes : Buffer.concat([Buffer.from('??'), text, Buffer.from('??')]),
    2,
    2 + Buffer.byteLength(text),
  );
};

function slowly(text: string): boolean {
  try {
    return canonicalJson(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

test('every canonical text is seen as one', () => {
  const values = fc.jsonValue({ stringUnit: 'binary' });
  fc.assert(
    fc.property(values, (value) => expect(scan(canonicalJson(value))).toBe(true)),
    { numRuns: 2_000 },
  );
});

test('any edit of a canonical text: the same answer as parsing and writing again', () => {
  const values = fc.jsonValue({ stringUnit: 'binary-ascii', maxDepth: 3 });
  const inserts = fc.constantFrom(
    '',
    '"',
    '\\',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    ' ',
    '0',
    '-',
    '.',
    'e',
    '1e5',
    '\\u0041',
    '\\n',
    '\\/',
    '"a":1,',
    'null',
    '\u0000',
    'é',
  );
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(3), inserts, (value, place, removed, insert) => {
      const text = canonicalJson(value);
      const at = place % (text.length + 1);
      const edited = text.slice(0, at) + insert + text.slice(at + removed);
      expect({ edited, canonical: scan(edited) }).toEqual({ edited, canonical: slowly(edited) });
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ['{"b":1,"a":2}', false],
  ['{"a":1,"a":1}', false],
  ['{"a":1,"b":2}', true],
  ['{"":0,"a":1,"a\\n":2,"aa":3}', true],
  ['{"aa":1,"a\\n":2}', false],
  ['{"\u{1F600}":1,"\uE000":2}', true],
  ['{"\uE000":1,"\u{1F600}":2}', false],
  ['"\\u000b\\u001f"', true],
  ['"\\u000B"', false],
  ['"\\u0009"', false],
  ['"\\u0041"', false],
  ['"\\/"', false],
  ['"\u007f\u2028"', true],
  ['1e+21', true],
  ['1e21', false],
  ['1E+21', false],
  ['1.0', false],
  ['-0', false],
  ['00', false],
  ['-5', true],
  ['9007199254740993', false],
  ['123456789012345680000', true],
  ['5e-324', true],
  ['1e400', false],
  ['[]', true],
  ['[1,]', false],
  ['{"a":1,}', false],
  ['tru', false],
  ['nul1', false],
  ['', false],
  ['1 ', false],
])('%s: %s', (text, expected) => {
  expect(scan(text)).toBe(expected);
});

test('bytes that are not UTF-8 are not canonical', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0x80, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ]) {
    expect(scan(Buffer.from(bytes))).toBe(false);
  }
});

test('nesting without end is refused, not a stack overflow', () => {
  expect(scan('['.repeat(100_000) + ']'.repeat(100_000))).toBe(false);
});
