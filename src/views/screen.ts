/**
 * Redraws a block of lines in place. Owns: where the block stands on the terminal. Does not own: what is in it.
 * The cursor is never hidden and each drawing is one write that ends in the terminal's usual state, so that a killed
 * engine leaves an operator's terminal as it was.
 */
import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from './width.ts';

/** What is needed of `process.stderr`. Some terminals in containers say that they have 0 columns and rows. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'error' | 'resize', listener: () => void): unknown;
  off(event: 'error' | 'resize', listener: () => void): unknown;
}

export interface Screen {
  /** Replaces the block; `above` stays on the terminal for good, over the block. */
  draw(block: readonly string[], above?: readonly string[]): void;
}

/** Lines do not wrap while they are drawn: a character wider than we think must not shift the block. */
const wrapOff = '\x1b[?7l';
const wrapOn = '\x1b[?7h';
const eraseLine = '\x1b[K';
const eraseBelow = '\x1b[J';

export function createScreen(terminal: Terminal): Screen {
  let drawn: readonly string[] = [];
  return {
    draw(block, above = []) {
      if (above.length === 0 && same(block, drawn)) return;
      const height = rowsOf(drawn, terminal.columns || 80);
      const up = height === 0 ? '' : `\x1b[${height}A\r`;
      const permanent = above.map((line) => `${line}${eraseLine}\n`).join('');
      const lines = block.map((line) => `${line}${eraseLine}\n`).join('');
      terminal.write(
        `${up}${permanent === '' ? '' : `${eraseBelow}${permanent}`}${wrapOff}${lines}${wrapOn}${eraseBelow}`,
      );
      drawn = block;
    },
  };
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}

/** A terminal that became narrower has wrapped what stands on it. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => {
    const width = displayWidth(stripVTControlCharacters(line));
    return sum + Math.max(1, Math.ceil(width / Math.max(1, columns)));
  }, 0);
}
