/** How wide text is on a terminal, and how it is cut, padded and wrapped to a width. Widths are columns. */

const zero = /^\p{Mark}$|^\u200d$/u;
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;
const plain = /^[\x20-\x7e]*$/;

/** Columns that `text` takes; it holds no control characters (see visible.ts). */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (zero.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** `text`, or its beginning with `…` where it is wider than `width`. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** `text` cut or filled with spaces to exactly `width`. */
export function fit(text: string, width: number): string {
  const shown = cut(text, width);
  return shown + ' '.repeat(Math.max(0, width - displayWidth(shown)));
}

/** Lines of at most `width`, broken at spaces; a word that is wider stays whole, so that it can be copied. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  const [first = '', ...words] = text.split(/(?<=\S) /);
  let line = first;
  for (const word of words) {
    if (displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = `${line} ${word}`;
  }
  return [...lines, line];
}

/** Lines of at most `width`, whatever stands in them: words that are wider are broken. */
export function hardWrap(text: string, width: number): readonly string[] {
  return wrap(text, width).flatMap((line) => pieces(line, width));
}

function pieces(line: string, width: number): readonly string[] {
  if (displayWidth(line) <= width) return [line];
  const lines: string[] = [];
  let piece = '';
  for (const character of line) {
    if (displayWidth(piece + character) > width) {
      lines.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...lines, piece];
}
