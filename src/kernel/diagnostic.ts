/** What is wrong in a file that somebody wrote, and how to put it right. Collected, shown all at once. */
import { visible, visibleLines } from './visible.ts';

/** A place in a text: 1-based line and column (column in characters), `end` exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Diagnostic {
  /** A note is worth knowing; nothing needs to be done. */
  readonly severity: 'error' | 'warning' | 'note';
  /** Stable kebab-case name of the rule, e.g. `unknown-key`. */
  readonly rule: string;
  /** One line that stands alone: what is wrong, on which thing, with which value. */
  readonly message: string;
  /** What to write instead, or what to do. */
  readonly remedy?: string;
  readonly range?: SourceRange;
  /** The text of the line that `range` starts on. */
  readonly sourceLine?: string;
}

/**
 * The diagnostic as text, in the form compilers use:
 *
 *     playbook.yaml:12:7: error: unknown key "tiemout" (unknown-key)
 *        12 |       tiemout: 30s
 *           |       ^^^^^^^
 *       Did you mean "timeout"?
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { range, sourceLine, remedy } = diagnostic;
  const place = range === undefined ? '' : `${visible(range.file)}:${range.line}:${range.column}: `;
  const lines = [`${place}${diagnostic.severity}: ${visible(diagnostic.message)} (${diagnostic.rule})`];
  if (range !== undefined && sourceLine !== undefined) lines.push(...excerpt(range, sourceLine));
  if (remedy !== undefined) lines.push(`  ${visibleLines(remedy)}`);
  return lines.join('\n');
}

const excerptWidth = 160;

function excerpt(range: SourceRange, sourceLine: string): string[] {
  const number = String(range.line).padStart(5);
  const text = sourceLine.slice(0, excerptWidth).replaceAll('\t', ' ');
  const shown = visible(text);
  const columnsBefore = (column: number): number => visible(text.slice(0, column - 1)).length;
  const start = columnsBefore(range.column);
  const end = range.endLine === range.line ? columnsBefore(range.endColumn) : shown.length;
  const mark = '^'.repeat(Math.max(1, end - start));
  return [`${number} | ${shown}`, `${' '.repeat(number.length)} | ${' '.repeat(start)}${mark}`];
}
