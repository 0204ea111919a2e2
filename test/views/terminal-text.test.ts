/** What a program printed, on a terminal: colours are obeyed, nothing else is. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { terminalPieces, terminalText } from '../../src/views/terminal-text.ts';

async function shown(pieces: readonly Uint8Array[]): Promise<string> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  let all = '';
  for await (const piece of terminalPieces(source())) all += piece;
  return all;
}

const whole = (text: string): Promise<string> => shown([Buffer.from(text)]);

test.each([
  ['plain text, line breaks and tabs', 'a\tb\r\nc\n', 'a\tb\r\nc\n'],
  ['colours', '\x1b[1;31mred\x1b[0m \x1b[38;5;0mdark\x1b[m', '\x1b[1;31mred\x1b[0m \x1b[38;5;0mdark\x1b[m'],
  ['a colour left open', '\x1b[31mred', '\x1b[31mred\x1b[0m'],
  ['a colour that only looks closed', '\x1b[38;5;0mdark', '\x1b[38;5;0mdark\x1b[0m'],
  ['the title of the window', '\x1b]0;x\x07', '\\x1b]0;x\\x07'],
  ['a moved cursor, a cleared screen', '\x1b[2A\x1b[2J\x1bc', '\\x1b[2A\\x1b[2J\\x1bc'],
  ['a line drawn over', 'failed\rpassed', 'failed\\rpassed'],
  ['C1, and what reverses text', 'a\u009b31m\u202eb', 'a\\x9b31m\\u202eb'],
  ['half a sequence at the end', 'a\x1b[3', 'a\\x1b[3'],
  ['a parameter without end', `\x1b[${'1'.repeat(99)}m`, `\\x1b[${'1'.repeat(99)}m`],
  ['no UTF-8', Buffer.from([97, 0x9b, 98]).toString('latin1'), 'a\\x9bb'],
])('%s', async (_, printed, expected) => {
  expect(await whole(printed)).toBe(expected);
});

test('bytes that are no text reach no terminal', async () => {
  expect(await shown([Buffer.from([97, 0x9b, 0xff, 98])])).toBe('a\ufffd\ufffdb');
});

const piece = fc.constantFrom(
  'a',
  'é',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '\x1b',
  '\x1b[31m',
  '\x1b[0m',
  '\x1b]0;t\x07',
  '[',
  '3',
  'm',
);

test('where the output is cut into pieces makes no difference', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(40)), async (texts, cuts) => {
      const bytes = Buffer.from(texts.join(''));
      const ends = [...new Set([...cuts, bytes.length])].filter((at) => at <= bytes.length).sort((a, b) => a - b);
      const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
      expect(await shown(pieces)).toBe(await shown([bytes]));
    }),
  );
});

test('no control character is left but breaks, tabs and colours; done twice it is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' }))), (texts) => {
      const text = terminalText(texts.join(''));
      expect(text.replaceAll(/\x1b\[[\d;:]*m|\r\n|[\n\t]/g, '')).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
      expect(terminalText(text)).toBe(text);
    }),
  );
});
