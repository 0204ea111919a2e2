/** Text that others wrote, made safe for a terminal: nothing in it can move the cursor, colour or reverse the line. */
/** C0, DEL, C1, line separators, and the marks that reverse or hide text. */
const unseen = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
/** Joiners have a picture between letters of Persian or Hindi, and in emoji that are made of several. */
const joiner = /^[\u200c\u200d]$/;
const joined =
  /(?:(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{L}|[\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])$/u;

/** One line; what has no picture becomes an escape that people can read (`\n`, `\x1b`, `\u202e`). */
export function visible(text: string): string {
  return text.toWellFormed().replace(unseen, shown);
}

/** The same for text of several lines: a line break stays one. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** The same for program text, in which a tab is a tab. */
export function visibleCode(text: string): string {
  return text.split('\t').map(visible).join('\t');
}

function shown(character: string, at: number, text: string): string {
  if (!joiner.test(character)) return escaped(character);
  const [before, after] = [text.slice(Math.max(0, at - 2), at), text.slice(at + 1, at + 3)];
  const next = String.fromCodePoint(after.codePointAt(0) ?? 0);
  return joined.test(before) && joined.test(next) ? character : escaped(character);
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}
