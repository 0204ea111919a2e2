/** Every `${{ … }}` and `if:` can be read, stands where it may, and names only what will be there (P1, P9). */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Examined } from '../examined.ts';
import { type Expressions, loadExpressions } from '../expression.ts';
import { type ExpressionSite, expressionSites } from '../expression-sites.ts';
import { rewriteShell } from '../shell-references.ts';
import type { Placed } from '../source.ts';
import { conditionText, hasExpression, parseTemplate } from '../template.ts';
import { References } from './references.ts';

export async function checkExpressions(examined: Examined): Promise<readonly Diagnostic[]> {
  const { text } = examined.document.source;
  if (!hasExpression(text) && !/\bif\b/.test(text)) return [];
  const sites = expressionSites(examined);
  if (sites.length === 0) return [];
  const expressions = await loadExpressions();
  const references = new References(examined);
  return sites.flatMap((site) => checkSite(examined, expressions, references, site));
}

function checkSite(
  { document }: Examined,
  expressions: Expressions,
  references: References,
  site: ExpressionSite,
): readonly Diagnostic[] {
  if (site.kind === 'fixed') {
    const remedy =
      'Write the value out; expressions may stand in run, args, env, stdin, cwd, with, manual, if and name.';
    return [document.error('fixed-text', site.path, `no \${{ … }} may stand in ${String(site.path.at(-1))}`, remedy)];
  }
  const told = new Told(site);
  if (site.kind === 'condition') {
    checkCondition(expressions, references, site, told, document.place(site.path));
    return told.diagnostics;
  }
  const { expressions: found, unclosed } = parseTemplate(site.text);
  if (unclosed !== undefined) {
    told.error(
      'bad-expression',
      'a ${{ is not closed by }}',
      'Close it with }}.',
      document.placeOfExpression(site.path, found.length),
    );
  }
  for (const [index, { expression }] of found.entries()) {
    checkExpression(expressions, references, site, expression, told, document.placeOfExpression(site.path, index));
  }
  if (site.kind === 'shell' && unclosed === undefined)
    checkShell(site, told, (index) => document.placeOfExpression(site.path, index));
  return told.diagnostics;
}

class Told {
  readonly diagnostics: Diagnostic[] = [];
  readonly #step: string;

  constructor(site: ExpressionSite) {
    this.#step = site.step === undefined ? '' : `step ${site.step.id}: `;
  }

  error(rule: string, message: string, remedy: string | undefined, place: Placed): void {
    const told = { severity: 'error' as const, rule, message: `${this.#step}${message}`, ...place };
    this.diagnostics.push(remedy === undefined ? told : { ...told, remedy });
  }
}

function checkCondition(
  expressions: Expressions,
  references: References,
  site: ExpressionSite,
  told: Told,
  place: Placed,
): void {
  const expression = conditionText(site.text);
  const type = checkExpression(expressions, references, site, expression, told, place);
  if (type === undefined || type === 'bool' || type === 'dyn') return;
  told.error(
    'bad-expression',
    `if: ${expression} gives ${type}, not true or false`,
    'Compare it with something.',
    place,
  );
}

/** The type of the expression, where it can be read. */
function checkExpression(
  expressions: Expressions,
  references: References,
  site: ExpressionSite,
  expression: string,
  told: Told,
  place: Placed,
): string | undefined {
  const inspected = expressions.inspect(expression);
  if (!inspected.ok) {
    const [error, remedy] = inspected.error.split('; ');
    told.error(
      'bad-expression',
      `${expression === '' ? 'an empty expression' : expression} is no expression (CEL): ${error}`,
      remedy,
      place,
    );
    return undefined;
  }
  for (const reference of inspected.value.references) {
    const fault = references.fault(reference, site);
    if (fault !== undefined) told.error(fault.rule, fault.message, fault.remedy, place);
  }
  return inspected.value.type;
}

function checkShell(site: ExpressionSite, told: Told, placeOf: (index: number) => Placed): void {
  const rewritten = rewriteShell(site.text);
  if (rewritten.ok) return;
  for (const { message, remedy, start } of rewritten.error) {
    const index = site.text.slice(0, start).split('${{').length - 1;
    told.error('shell-quoting', message, remedy, placeOf(index));
  }
}
