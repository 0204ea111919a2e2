import { type Diagnostic, formatDiagnostic } from '../kernel/diagnostic.ts';
import type { Surface } from './invocation.ts';

/** Every fault, then how many there are. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], surface: Surface): void {
  for (const diagnostic of diagnostics) surface.err(`${formatDiagnostic(diagnostic)}\n`);
  const errors = diagnostics.filter((each) => each.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  surface.err(`${count(errors, 'error')}, ${count(warnings, 'warning')}\n`);
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
