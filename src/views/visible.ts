/** What programs printed, made safe for a terminal. */
import { stripVTControlCharacters } from 'node:util';
import { visible } from '../kernel/visible.ts';

export { visible, visibleCode } from '../kernel/visible.ts';

/** A program's words as lines: its colours dropped, of a line redrawn with `\r` the last drawing kept. */
export function programLines(text: string): readonly string[] {
  const lines = stripVTControlCharacters(text).split(/\r?\n/);
  const shown = lines.map((line) => visible(lastDrawing(line).replaceAll('\t', '    ')));
  while (shown.at(-1) === '') shown.pop();
  return shown;
}

function lastDrawing(line: string): string {
  return line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
}
