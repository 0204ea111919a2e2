/** The expression language: CEL, from a package that is loaded only when a playbook has an expression. */
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import type { Json } from '../kernel/json.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { type Scope, scopeRoots } from './scope.ts';

/** One use of a value: `steps['a'].outputs.b` is root `steps`, path `['a', 'outputs', 'b']`. */
export interface Reference {
  readonly root: string;
  readonly path: readonly string[];
  /** A key on the way is computed, so that `path` ends before it. */
  readonly computed: boolean;
}

/** What an expression is, without its values. */
export interface Inspected {
  readonly references: readonly Reference[];
  /** CEL's name of its type; `dyn` where only the values can tell. */
  readonly type: string;
}

export interface CompiledExpression extends Inspected {
  evaluate(scope: Scope): Result<Json, string>;
}

export type Compile = (expression: string) => Result<CompiledExpression, string>;

export async function loadCel(): Promise<Compile> {
  const { Environment } = await import('@marcbachmann/cel-js');
  const environment = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false });
  for (const root of scopeRoots) environment.registerVariable(root, 'map');
  return (expression) => {
    try {
      const parsed = environment.parse(expression);
      const { valid, error, type = 'dyn' } = parsed.check();
      if (!valid) return err(summaryOf(error));
      return ok({ references: referencesIn(parsed.ast), type, evaluate: (scope) => evaluate(parsed, scope) });
    } catch (error) {
      return err(summaryOf(error));
    }
  };
}

function evaluate(parsed: ParseResult, scope: Scope): Result<Json, string> {
  try {
    const known: Record<string, unknown> = {};
    for (const root of scopeRoots) if (scope[root] !== undefined) known[root] = toCel(scope[root]);
    return fromCel(parsed(known));
  } catch (error) {
    return err(summaryOf(error));
  }
}

function summaryOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').replace(/\.$/, '');
}

/** Whole numbers become CEL's int, so that `params.port + 1` holds. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toCel(member)]));
}

function fromCel(value: unknown): Result<Json, string> {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return ok(value);
  if (typeof value === 'number') return Number.isFinite(value) ? ok(value) : err(`gives ${value}, which is no value`);
  if (typeof value === 'bigint') return ok(Number.isSafeInteger(Number(value)) ? Number(value) : String(value));
  if (value instanceof Date) return ok(value.toISOString());
  if (Array.isArray(value)) return fromList(value);
  if (value instanceof Map) return fromEntries([...value.entries()]);
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return fromEntries(Object.entries(value));
  return err('gives neither text, a number, true, false, a list nor a map');
}

function fromList(values: readonly unknown[]): Result<Json, string> {
  const list: Json[] = [];
  for (const value of values) {
    const item = fromCel(value);
    if (!item.ok) return item;
    list.push(item.value);
  }
  return ok(list);
}

function fromEntries(entries: readonly (readonly [unknown, unknown])[]): Result<Json, string> {
  const members: [string, Json][] = [];
  for (const [key, value] of entries) {
    const member = fromCel(value);
    if (!member.ok) return member;
    members.push([String(key), member.value]);
  }
  return ok(Object.fromEntries(members));
}

function referencesIn(ast: ASTNode): readonly Reference[] {
  const found: Reference[] = [];
  visit(ast, found);
  return found;
}

function visit(node: unknown, found: Reference[]): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, found);
  } else if (isNode(node)) {
    const chain = chainOf(node, found);
    if (chain === undefined) visit(node.args, found);
    else found.push(chain);
  }
}

/** The reference that a chain of `.` and `[]` from a name makes; computed keys are visited on the way. */
function chainOf(node: ASTNode, found: Reference[]): Reference | undefined {
  if (node.op === 'id') return { root: node.args, path: [], computed: false };
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const base = chainOf(node.args[0], found);
  if (base === undefined) return undefined;
  if (node.op === '.') return extended(base, node.args[1]);
  const key = node.args[1];
  if (key.op === 'value' && typeof key.args === 'string') return extended(base, key.args);
  visit(key, found);
  return { ...base, computed: true };
}

function extended(base: Reference, key: string): Reference {
  return base.computed ? base : { ...base, path: [...base.path, key] };
}

function isNode(node: unknown): node is ASTNode {
  return typeof node === 'object' && node !== null && 'op' in node && 'args' in node;
}
