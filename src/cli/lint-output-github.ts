/** Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request. */
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { visible } from '../kernel/visible.ts';
import type { LintOutcome } from './lint-outcome.ts';

const commands = { error: 'error', warning: 'warning', note: 'notice' } as const;

export function lintGithub(outcomes: readonly LintOutcome[]): string {
  return outcomes.flatMap(({ file, diagnostics }) => diagnostics.map((each) => `${commandOf(file, each)}\n`)).join('');
}

function commandOf(file: string, { severity, rule, message, remedy, range }: Diagnostic): string {
  const place = range ?? { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  // GitHub marks columns only where both are on one line.
  const oneLine = place.endLine === place.line && place.endColumn > place.column;
  const properties = {
    file: place.file,
    line: place.line,
    endLine: place.endLine,
    ...(oneLine ? { col: place.column, endColumn: place.endColumn } : {}),
    title: rule,
  };
  const written = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  const told = remedy === undefined ? message : `${message}\n${remedy}`;
  return `::${commands[severity]} ${written.join(',')}::${escapedData(told)}`;
}

/** As the runner's toolkit escapes: a value must neither end its line nor its command. */
function escapedData(text: string): string {
  return visible(text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'));
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
