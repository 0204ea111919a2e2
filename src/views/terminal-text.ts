/**
 * What a program printed, for a terminal: its text, line breaks, tabs and colours (SGR) as they are; whatever else would
 * move the cursor, name the window or reverse the line is shown, not obeyed.
 */
import { visible } from '../kernel/visible.ts';

/** Colours and weights; nothing else of what a terminal obeys ends in `m` after these. */
const colour = /\x1b\[[\d;:]{0,60}m/;
const kept = new RegExp(`(${colour.source}|\\r?\\n|\\t)`);
const everyColour = new RegExp(colour.source, 'g');
/** May be the first half of what is kept. */
const unfinished = /(?:\x1b(?:\[[\d;:]{0,60})?|\r)$/;
const reset = '\x1b[0m';

export function terminalText(text: string): string {
  const parts = text.split(kept);
  return parts.map((part, index) => (index % 2 === 1 ? part : visible(part))).join('');
}

/** The same for text that comes in pieces; a colour that it leaves open is closed at its end. */
export async function* terminalPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let isColoured = false;
  for await (const piece of pieces) {
    const text = rest + decoder.decode(piece, { stream: true });
    rest = unfinished.exec(text)?.[0] ?? '';
    const whole = text.slice(0, text.length - rest.length);
    isColoured = leavesColour(whole, isColoured);
    yield terminalText(whole);
  }
  const last = rest + decoder.decode();
  yield `${terminalText(last)}${leavesColour(last, isColoured) ? reset : ''}`;
}

function leavesColour(text: string, before: boolean): boolean {
  const last = text.match(everyColour)?.at(-1);
  return last === undefined ? before : !/^\x1b\[0*m$/.test(last);
}
