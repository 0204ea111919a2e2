/** `${{ … }}` in text: where the expressions are. What they mean is `expression.ts`'s. */

export interface TemplateExpression {
  /** Trimmed text between `${{` and `}}`. */
  readonly expression: string;
  /** Offsets of `${{` and of what follows `}}`. */
  readonly start: number;
  readonly end: number;
}

export interface Template {
  readonly text: string;
  readonly expressions: readonly TemplateExpression[];
  /** Offset of a `${{` that nothing closes. */
  readonly unclosed: number | undefined;
}

export function hasExpression(text: string): boolean {
  return text.includes('${{');
}

export function parseTemplate(text: string): Template {
  const expressions: TemplateExpression[] = [];
  for (let start = text.indexOf('${{'); start >= 0; ) {
    const end = endOfExpression(text, start);
    if (end === undefined) return { text, expressions, unclosed: start };
    expressions.push({ expression: text.slice(start + 3, end - 2).trim(), start, end });
    start = text.indexOf('${{', end);
  }
  return { text, expressions, unclosed: undefined };
}

/** The expression, where the template is nothing else; its value then keeps its type. */
export function wholeExpression(template: Template): string | undefined {
  const [only, ...others] = template.expressions;
  if (only === undefined || others.length > 0) return undefined;
  const around = template.text.slice(0, only.start) + template.text.slice(only.end);
  return around.trim() === '' ? only.expression : undefined;
}

/** The condition that an `if:` holds, with or without `${{ }}` around it. */
export function conditionText(text: string): string {
  return wholeExpression(parseTemplate(text)) ?? text.trim();
}

/** The offset after the `}}` that closes the `${{` at `start`; `}}` in a string or closing a map does not count. */
export function endOfExpression(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start + 3; at < text.length; at++) {
    const character = text[at];
    if (character === '"' || character === "'") {
      at = endOfString(text, at) - 1;
    } else if (character === '{') {
      depth++;
    } else if (character === '}') {
      if (depth === 0 && text[at + 1] === '}') return at + 2;
      depth = Math.max(0, depth - 1);
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  const quote = text.slice(start, start + 1);
  const closer = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
  const raw = /[rR]/.test(text[start - 1] ?? '') && !/\w/.test(text[start - 2] ?? '');
  for (let at = start + closer.length; at < text.length; at++) {
    if (text[at] === '\\' && !raw) at++;
    else if (text.startsWith(closer, at)) return at + closer.length;
  }
  return text.length;
}
