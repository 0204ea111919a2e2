/**
 * Shell text with `${{ … }}` → shell text in which each has become a reference to an environment variable.
 * A value is never pasted into shell text, so nothing in it can become a command, an option split off, or a pattern.
 *
 * Owns: the form that a reference takes, and the names of the variables. Does not own: how shell text is read
 * (`shell-scan.ts`), what the expressions mean (`expression.ts`), what a value may hold (`acceptable-value.ts`).
 */
import { err, ok, type Result } from '../kernel/result.ts';
import type { ShellFault } from './shell-reading.ts';
import { scanShell } from './shell-scan.ts';
import { hasExpression } from './template.ts';

export interface ShellBinding {
  readonly variable: string;
  readonly expression: string;
}

export interface RewrittenShell {
  readonly text: string;
  readonly bindings: readonly ShellBinding[];
}

export const bindingPrefix = 'BACKOUT_V';

export function rewriteShell(source: string): Result<RewrittenShell, readonly ShellFault[]> {
  if (!hasExpression(source)) return ok({ text: source, bindings: [] });
  const { references, faults } = scanShell(source);
  if (faults.length > 0) return err(faults);
  const variables = new Map<string, string>();
  let text = '';
  let from = 0;
  for (const { expression, start, end, quoted } of references) {
    const variable = variables.get(expression) ?? `${bindingPrefix}${variables.size + 1}`;
    variables.set(expression, variable);
    text += source.slice(from, start) + (quoted ? `\${${variable}}` : `"$${variable}"`);
    from = end;
  }
  const bindings = [...variables].map(([expression, variable]) => ({ variable, expression }));
  return ok({ text: text + source.slice(from), bindings });
}
