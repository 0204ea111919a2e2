/** Names and output that would disturb a terminal, widths, colours, times. */
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { clockTime } from '../../src/views/clock-time.ts';
import { painted, paintFor, unpainted, wantsLive } from '../../src/views/colour.ts';
import { programLines, visible } from '../../src/views/visible.ts';
import { cut, displayWidth, fit, hardWrap, wrap } from '../../src/views/width.ts';

const anyText = fc.string({ unit: 'binary' });

test('law: visible text is one line without a single control character', () => {
  void fc.assert(
    fc.property(anyText, (text) => !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(visible(text))),
  );
});

test.each([
  ['a\nb\tc\r', 'a\\nb\\tc\\r'],
  ['\x1b[31mred', '\\x1b[31mred'],
  ['\x9b2J', '\\x9b2J'],
  ['evil\u202egnp.exe', 'evil\\u202egnp.exe'],
  ['emoji of several \u{1f469}\u200d\u{1f4bb}', 'emoji of several \u{1f469}\u200d\u{1f4bb}'],
  ['\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
  ['\u0915\u094d\u200d\u0937', '\u0915\u094d\u200d\u0937'],
  ['admi\u200dn', 'admi\\u200dn'],
  ['\u0645\u200c!', '\u0645\\u200c!'],
  ['\ud800', '\ufffd'],
  ['Zürich 東京', 'Zürich 東京'],
])('%j is shown as %s', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test.each([
  ['one\ntwo\n', ['one', 'two']],
  ['10 %\r50 %\r100 %\ndone\r\n', ['100 %', 'done']],
  ['\x1b[31mred\x1b[0m \x1b]0;title\x07text', ['red text']],
  ['a\tb', ['a    b']],
  ['', []],
])('a program that wrote %j said %j', (text, lines) => {
  expect(programLines(text)).toEqual(lines);
});

test('law: fit gives exactly the width, cut and hardWrap at most the width', () => {
  void fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 30 }), (text, width) => {
      const clean = visible(text);
      expect(displayWidth(fit(clean, width))).toBe(width);
      expect(displayWidth(cut(clean, width))).toBeLessThanOrEqual(width);
      for (const line of hardWrap(clean, width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test('law: wrapping loses nothing but the spaces at which it breaks', () => {
  void fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 }),
      fc.integer({ min: 1, max: 30 }),
      (words, width) => {
        const text = `  ${words.join(' ')}`;
        expect(wrap(text, width).join(' ')).toBe(text);
      },
    ),
  );
});

test.each([
  ['restore-database', 8, 'restore…'],
  ['東京東京', 5, '東京…'],
  ['short', 8, 'short'],
])('%s in %i columns is %s', (text, width, shown) => {
  expect(cut(text, width)).toBe(shown);
});

const terminal = { isTTY: true };
test.each([
  [terminal, {}, true, true],
  [{ isTTY: false }, {}, false, false],
  [{}, {}, false, false],
  [terminal, { NO_COLOR: '1' }, false, true],
  [terminal, { NO_COLOR: '' }, true, true],
  [terminal, { TERM: 'dumb' }, false, false],
  [terminal, { CI: 'true' }, false, false],
  [terminal, { CI: 'false' }, true, true],
  [{}, { FORCE_COLOR: '1' }, true, false],
  [terminal, { FORCE_COLOR: '0' }, false, true],
  [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, false, false],
])('%j under %j: colour %s, live %s', (stream, env, colour, live) => {
  expect(paintFor(stream, env)).toBe(colour ? painted : unpainted);
  expect(wantsLive(stream, env)).toBe(live);
});

test('the day is said only where it is another one', () => {
  const at = Date.parse('2026-11-21T23:59:58.500Z');
  expect(clockTime(at, 'utc')).toBe('23:59:58');
  expect(clockTime(at, 'utc', at + 1_000)).toBe('23:59:58');
  expect(clockTime(at, 'utc', at + 2_000)).toBe('2026-11-21 23:59:58');
});
