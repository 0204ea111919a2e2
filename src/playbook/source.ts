/** A file's text with its places. Line starts are found only when the first place is asked for. */
import type { SourceRange } from '../kernel/diagnostic.ts';

export interface Placed {
  readonly range: SourceRange;
  readonly sourceLine: string;
}

export class Source {
  readonly file: string;
  readonly text: string;
  #starts: readonly number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** The place from `start` to `end` (offsets in the text, `end` exclusive). */
  place(start: number, end: number): Placed {
    const from = this.#position(start);
    const to = this.#position(Math.max(start, end));
    return {
      range: { file: this.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column },
      sourceLine: this.#line(from.line),
    };
  }

  #position(offset: number): { readonly line: number; readonly column: number } {
    const starts = this.#lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  #line(line: number): string {
    const starts = this.#lineStarts();
    return this.text.slice(starts[line - 1], starts[line] ?? this.text.length).replace(/\r?\n$/, '');
  }

  #lineStarts(): readonly number[] {
    if (this.#starts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1);
      this.#starts = starts;
    }
    return this.#starts;
  }
}
