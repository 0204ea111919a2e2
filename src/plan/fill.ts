/**
 * Fills what the plan already knows: `params`, `change`, `roles`.
 *
 * A text is filled whole or not at all, and stays a template when its value itself holds `${{`: otherwise a parameter
 * could smuggle an expression, such as one that reads a secret, into what is filled when the step is due.
 */
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { type Json, type JsonObject, textOf } from '../kernel/json.ts';
import { acceptableValue } from '../playbook/acceptable-value.ts';
import type { Path } from '../playbook/content.ts';
import type { PlaybookDocument } from '../playbook/document.ts';
import type { Expressions } from '../playbook/expression.ts';
import { plannedRoots, type Scope } from '../playbook/scope.ts';
import { conditionText, hasExpression, parseTemplate } from '../playbook/template.ts';

export class Filler {
  readonly diagnostics: Diagnostic[] = [];
  readonly document: PlaybookDocument;
  readonly #expressions: Expressions | undefined;
  readonly #scope: Scope;
  readonly #standIns: ReadonlySet<string>;

  /** `expressions` may be left out when the playbook has none; `standIns` names parameters whose values decide nothing. */
  constructor(
    document: PlaybookDocument,
    expressions: Expressions | undefined,
    scope: Scope,
    standIns: ReadonlySet<string> = new Set(),
  ) {
    this.document = document;
    this.#expressions = expressions;
    this.#scope = scope;
    this.#standIns = standIns;
  }

  text(template: string, path: Path): string {
    if (!hasExpression(template) || this.#expressions === undefined || !this.#isKnown(template)) return template;
    const filled = this.#expressions.fill(template, this.#scope);
    if (!filled.ok) return this.#fault(path, filled.error, template);
    const refused = acceptableValue(filled.value);
    if (refused !== undefined) return this.#fault(path, `the value ${refused}`, template);
    return hasExpression(filled.value) ? template : filled.value;
  }

  /** Texts at any depth; a text that is one whole expression takes its value's type. */
  value(value: Json, path: Path): Json {
    if (typeof value === 'string') return this.#whole(value, path);
    if (isList(value)) return value.map((item, index) => this.value(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return this.object(value, path);
  }

  object(value: JsonObject, path: Path): JsonObject {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.value(member, [...path, key])]));
  }

  /** A condition that the plan can settle becomes its answer; one that a stand-in alone would settle stays. */
  condition(condition: boolean | string | undefined, path: Path): boolean | string {
    if (typeof condition !== 'string' || this.#expressions === undefined) return condition ?? true;
    const expression = conditionText(condition);
    if (!this.#isKnownExpression(expression)) return expression;
    const answer = this.#expressions.evaluate(expression, this.#scope);
    if (answer.ok && this.#standsOnStandIn(this.#expressions, expression, answer.value)) return expression;
    if (answer.ok && typeof answer.value === 'boolean') return answer.value;
    const fault = answer.ok ? `if: ${expression} gives ${textOf(answer.value)}, not true or false` : answer.error;
    this.#fault(path, fault, expression);
    return false;
  }

  /** Values that shell text will be given: looked at now, so that what can be refused is refused before the run. */
  probe(expression: string, path: Path): void {
    if (this.#expressions === undefined || !this.#isKnownExpression(expression)) return;
    const filled = this.#expressions.fill(`\${{ ${expression} }}`, this.#scope);
    const refused = filled.ok ? acceptableValue(filled.value) : filled.error;
    if (refused !== undefined) this.#fault(path, filled.ok ? `the value ${refused}` : refused, expression);
  }

  /**
   * Drops what was found since `from` in a step that perhaps never runs: a value that only its `if:` sees to, such as
   * that of a parameter not given. In a step that is left out, everything.
   */
  forget(from: number, condition: false | string): void {
    const kept = this.diagnostics.splice(from).filter(({ rule }) => condition !== false && rule !== 'cannot-fill');
    this.diagnostics.push(...kept);
  }

  /** Without the stand-ins there is no answer, or another one: `false && …` stays false whatever they are. */
  #standsOnStandIn(expressions: Expressions, expression: string, answer: Json): boolean {
    if (this.#standIns.size === 0) return false;
    const params = Object.entries(this.#scope.params ?? {}).filter(([name]) => !this.#standIns.has(name));
    const without = expressions.evaluate(expression, { ...this.#scope, params: Object.fromEntries(params) });
    return !without.ok || without.value !== answer;
  }

  #whole(text: string, path: Path): Json {
    if (!hasExpression(text) || this.#expressions === undefined || !this.#isKnown(text)) return text;
    const filled = this.#expressions.fillValue(text, this.#scope);
    if (!filled.ok) return this.#fault(path, filled.error, text);
    return hasExpression(textOf(filled.value)) ? text : filled.value;
  }

  #isKnown(template: string): boolean {
    const { expressions, unclosed } = parseTemplate(template);
    return unclosed === undefined && expressions.every(({ expression }) => this.#isKnownExpression(expression));
  }

  #isKnownExpression(expression: string): boolean {
    const inspected = this.#expressions?.inspect(expression);
    if (inspected?.ok !== true) return false;
    return inspected.value.references.every(({ root }) => plannedRoots.has(root) || !isRoot(root));
  }

  #fault<T>(path: Path, message: string, instead: T): T {
    this.diagnostics.push(this.document.error('cannot-fill', path, message));
    return instead;
  }
}

/** Names that an expression binds itself (`list.exists(x, …)`) are no roots. */
const isRoot = (name: string): boolean => ['secrets', 'steps', 'run'].includes(name);

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
