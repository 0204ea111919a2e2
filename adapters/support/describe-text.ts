/** What people will read, as a plan shows it: its own lines, within bounds; what is left out is said. */
import { cut } from './cut.ts';

const mostCharacters = 1_000;
const mostLines = 20;

/** No lines where there is no text. */
export function describeText(text: string): readonly string[] {
  if (text.trim() === '') return [];
  const lines = cut(text.trimEnd(), mostCharacters).split(/\r\n|\r|\n/);
  const shown = lines.slice(0, mostLines).map((line, index) => `${index === 0 ? 'text: ' : '  '}${line}`.trimEnd());
  const more = lines.length - shown.length;
  return more === 0 ? shown : [...shown, `  … (${more} more ${more === 1 ? 'line' : 'lines'})`];
}
