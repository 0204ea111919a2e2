/**
 * `${{ … }}` and `if:` → values.
 *
 * Owns: which text is an expression, how a value becomes text, what a fault is called.
 * Does not own: the language (`cel.ts`), where which values may stand (`rules/`), shell text (`shell-references.ts`).
 */
import { type Json, textOf } from '../kernel/json.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { type CompiledExpression, type Inspected, loadCel } from './cel.ts';
import type { Scope } from './scope.ts';
import { hasExpression, parseTemplate, wholeExpression } from './template.ts';

export interface Expressions {
  /** What an expression uses, or why it is none. */
  inspect(expression: string): Result<Inspected, string>;
  evaluate(expression: string, scope: Scope): Result<Json, string>;
  /** Text with every `${{ … }}` replaced by its value. */
  fill(template: string, scope: Scope): Result<string, string>;
  /** Data with every text in it filled; a text that is one whole `${{ … }}` takes the type of its value. */
  fillValue(value: Json, scope: Scope): Result<Json, string>;
}

let loading: Promise<Expressions> | undefined;

/** Loaded once for the process. Ask `hasExpression` first: most plans need no expressions. */
export function loadExpressions(): Promise<Expressions> {
  loading ??= loadCel().then((compile) => {
    const compiled = new Map<string, Result<CompiledExpression, string>>();
    return new Evaluator((expression) => {
      const known = compiled.get(expression) ?? compile(expression);
      compiled.set(expression, known);
      return known;
    });
  });
  return loading;
}

class Evaluator implements Expressions {
  readonly #compile: (expression: string) => Result<CompiledExpression, string>;

  constructor(compile: (expression: string) => Result<CompiledExpression, string>) {
    this.#compile = compile;
  }

  inspect(expression: string): Result<Inspected, string> {
    const compiled = this.#compile(expression);
    return compiled.ok ? compiled : err(withRemedy(expression, compiled.error));
  }

  evaluate(expression: string, scope: Scope): Result<Json, string> {
    const compiled = this.#compile(expression);
    const result = compiled.ok ? compiled.value.evaluate(scope) : compiled;
    return result.ok ? result : err(`\${{ ${expression} }}: ${withRemedy(expression, result.error)}`);
  }

  fill(template: string, scope: Scope): Result<string, string> {
    const { expressions, unclosed } = parseTemplate(template);
    if (unclosed !== undefined) return err('a ${{ is not closed by }}');
    let filled = '';
    let from = 0;
    for (const { expression, start, end } of expressions) {
      const value = this.evaluate(expression, scope);
      if (!value.ok) return value;
      if (value.value === null) return err(`\${{ ${expression} }} has no value (null)`);
      filled += template.slice(from, start) + textOf(value.value);
      from = end;
    }
    return ok(filled + template.slice(from));
  }

  fillValue(value: Json, scope: Scope): Result<Json, string> {
    if (typeof value === 'string') return this.#fillText(value, scope);
    if (typeof value !== 'object' || value === null) return ok(value);
    const members: [string, Json][] = [];
    for (const [key, member] of Object.entries<Json>(value as { readonly [key: string]: Json })) {
      const filled = this.fillValue(member, scope);
      if (!filled.ok) return filled;
      members.push([key, filled.value]);
    }
    return ok(Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members));
  }

  #fillText(text: string, scope: Scope): Result<Json, string> {
    if (!hasExpression(text)) return ok(text);
    const whole = wholeExpression(parseTemplate(text));
    return whole === undefined ? this.fill(text, scope) : this.evaluate(whole, scope);
  }
}

const dashed = /\b((?:params|secrets|steps|roles))\.([A-Za-z_]\w*(?:-\w+)+)/;

/** `steps.restore-db` is a subtraction; say what was meant. */
function withRemedy(expression: string, error: string): string {
  const [, root, name] = dashed.exec(expression) ?? [];
  return name === undefined ? error : `${error}; a name with a dash is written ${root}['${name}']`;
}
