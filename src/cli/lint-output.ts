import { type Diagnostic, formatDiagnostic } from '../kernel/diagnostic.ts';
import type { Surface } from './invocation.ts';

/** Every fault, then how many there are. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], surface: Surface): void {
  surface.err(diagnosticsText(diagnostics));
}

export function diagnosticsText(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((each) => each.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  return [...diagnostics.map(formatDiagnostic), counts].map((text) => `${text}\n`).join('');
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
