/** Here-documents in shell text: their delimiters, and where their bodies end. */
import type { Heredoc, ShellReading } from './shell-reading.ts';

const opening = /<<(-?)[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s'"\\;&|()<>])+)/y;

/** `at` stands on `<<`: moves behind the delimiter. `<<<` and a `<<` without a word begin no here-document. */
export function readHeredoc(reading: ShellReading): Heredoc | undefined {
  if (reading.text.startsWith('<<<', reading.at)) {
    reading.at += 3;
    return undefined;
  }
  opening.lastIndex = reading.at;
  const [whole, dash, word] = opening.exec(reading.text) ?? [];
  reading.at += whole?.length ?? 2;
  if (word === undefined) return undefined;
  return { delimiter: word.replaceAll(/['"\\]/g, ''), literal: /['"\\]/.test(word), stripTabs: dash === '-' };
}

/** Where the body that begins at `at` ends, and where the text goes on behind its delimiter. */
export function heredocBody(reading: ShellReading, heredoc: Heredoc): { readonly end: number; readonly next: number } {
  const { text, limit } = reading;
  for (let start = reading.at; start < limit; ) {
    const found = text.indexOf('\n', start);
    const lineEnd = found < 0 ? limit : Math.min(found, limit);
    const line = text.slice(start, lineEnd);
    if ((heredoc.stripTabs ? line.replace(/^\t+/, '') : line) === heredoc.delimiter) {
      return { end: start, next: Math.min(lineEnd + 1, limit) };
    }
    start = lineEnd + 1;
  }
  return { end: limit, next: limit };
}
