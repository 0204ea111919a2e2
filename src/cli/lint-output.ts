import { type Diagnostic, formatDiagnostic } from '../kernel/diagnostic.ts';
import type { Surface } from './invocation.ts';

/** Every fault, then how many there are. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], surface: Surface): void {
  surface.err(diagnosticsText(diagnostics));
}

export function diagnosticsText(diagnostics: readonly Diagnostic[]): string {
  return [...diagnostics.map(formatDiagnostic), countsOf(diagnostics)].map((text) => `${text}\n`).join('');
}

/** `1 error, 2 warnings`; notes only where there are some. */
export function countsOf(diagnostics: readonly Diagnostic[]): string {
  const of = (severity: Diagnostic['severity']) => diagnostics.filter((each) => each.severity === severity).length;
  const notes = of('note');
  const counts = [count(of('error'), 'error'), count(of('warning'), 'warning')];
  return [...counts, ...(notes === 0 ? [] : [count(notes, 'note')])].join(', ');
}

export function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
