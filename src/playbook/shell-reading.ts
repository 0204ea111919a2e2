/** The state of reading shell text: what was found, and the moves that need no knowledge of what stands around. */
import { endOfExpression } from './template.ts';

/** A reference in its place; `quoted`: it stands where double quotes already protect it. */
export interface ShellReference {
  readonly expression: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** `start` and `end` are offsets in the shell text. */
export interface ShellFault {
  readonly message: string;
  readonly remedy: string;
  readonly start: number;
  readonly end: number;
}

export interface Heredoc {
  readonly delimiter: string;
  /** A part of the delimiter is quoted: nothing in the body is expanded. */
  readonly literal: boolean;
  readonly stripTabs: boolean;
}

export interface ShellReading {
  readonly text: string;
  at: number;
  /** Nothing is read from here on. */
  limit: number;
  readonly references: ShellReference[];
  readonly faults: ShellFault[];
  /** Here-documents whose bodies begin behind the next line break. */
  pending: Heredoc[];
}

export const throughVariable = 'Put it into a variable first: value=${{ … }}';

export function atReference(reading: ShellReading): boolean {
  return reading.text.startsWith('${{', reading.at);
}

/** A reference where it may stand. */
export function take(reading: ShellReading, quoted: ShellReference['quoted']): void {
  const { text, at: start } = reading;
  const end = endOfExpression(text, start);
  if (end === undefined) return fault(reading, 'is not closed by }}', 'Close it with }}.');
  const before = text.slice(text.lastIndexOf('\n', start) + 1, start);
  if (!quoted && /(?:^|[\s;&|(])[A-Za-z_]\w*\[[^\]\s]*$/.test(before)) {
    return fault(reading, 'stands in a subscript, where bash would evaluate it', throughVariable);
  }
  reading.references.push({ expression: text.slice(start + 3, end - 2).trim(), start, end, quoted });
  reading.at = end;
}

/** A reference where none may stand: moves behind it. */
export function fault(reading: ShellReading, trouble: string, remedy: string): void {
  const start = reading.at;
  reading.at = endOfExpression(reading.text, start) ?? reading.text.length;
  const message = `${reading.text.slice(start, reading.at)} ${trouble}`;
  reading.faults.push({ message, remedy, start, end: reading.at });
}

/** Moves to `end`; every reference on the way is a fault. */
export function refuse(reading: ShellReading, end: number, where: string, remedy: string): void {
  while (reading.at < end) {
    if (atReference(reading)) fault(reading, `stands inside ${where}`, remedy);
    else reading.at++;
  }
}

/** The offset behind the `closer` of the quotes that open at `at`; an expression's own quotes do not close them. */
export function behindQuotes(reading: ShellReading, closer: string, backslash: string): number {
  for (let at = reading.at + 1; at < reading.limit; at++) {
    if (reading.text.startsWith('${{', at)) at = behindExpression(reading, at) - 1;
    else if (reading.text[at] === backslash) at++;
    else if (reading.text[at] === closer) return at + 1;
  }
  return reading.limit;
}

/** The offset behind the `))` that closes arithmetic whose inside begins at `from`; `undefined`: it is none. */
export function behindArithmetic(reading: ShellReading, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < reading.limit; at++) {
    const character = reading.text[at];
    if (reading.text.startsWith('${{', at)) at = behindExpression(reading, at) - 1;
    else if (character === '(') depth++;
    else if (character === ')' && depth-- === 0) return reading.text[at + 1] === ')' ? at + 2 : undefined;
  }
  return undefined;
}

function behindExpression(reading: ShellReading, at: number): number {
  return endOfExpression(reading.text, at) ?? reading.limit;
}
