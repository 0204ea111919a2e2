/** Where texts name what steps put out, `steps['deploy'].outputs.image`, so that the value can stand there instead. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { parseTemplate } from '../template.ts';

export interface OutputUse {
  readonly step: string;
  /** Undefined: which output is meant is computed, or none is. */
  readonly output: string | undefined;
}

/** The text that takes the place of a use, as a CEL expression; undefined: leave it. */
export type Replace = (use: OutputUse) => string | undefined;

export interface OutputRewriter {
  /** Text with `${{ … }}` in it. */
  template(text: string, replace: Replace): string;
  /** A bare expression, as `if:` may hold. */
  expression(text: string, replace: Replace): string;
}

export const mayNameOutputs = (text: string): boolean => /\bsteps\b/.test(text);

/** What cannot be read is left as it is: it is told where expressions are checked. */
export async function loadOutputRewriter(): Promise<OutputRewriter> {
  const { Environment } = await import('@marcbachmann/cel-js');
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  const expression = (text: string, replace: Replace): string => {
    try {
      return replaced(text, spansIn(environment.parse(text).ast), replace);
    } catch {
      return text;
    }
  };
  const template = (text: string, replace: Replace): string => {
    let from = 0;
    let filled = '';
    for (const { expression: inner, start, end } of parseTemplate(text).expressions) {
      filled += `${text.slice(from, start)}\${{ ${expression(inner, replace)} }}`;
      from = end;
    }
    return filled + text.slice(from);
  };
  return { template, expression };
}

interface Span {
  readonly use: OutputUse;
  readonly start: number;
  readonly end: number;
}

function replaced(text: string, spans: readonly Span[], replace: Replace): string {
  let result = text;
  for (const { use, start, end } of spans.toSorted((a, b) => b.start - a.start)) {
    const value = replace(use);
    if (value !== undefined) result = result.slice(0, start) + value + result.slice(end);
  }
  return result;
}

function spansIn(node: unknown): readonly Span[] {
  if (Array.isArray(node)) return node.flatMap(spansIn);
  if (!isNode(node)) return [];
  const use = useOf(node);
  return use === undefined ? spansIn(node.args) : [{ use, start: node.start, end: node.end }];
}

/** The use that a node is as a whole; its inner nodes are then part of it. */
function useOf(node: ASTNode): OutputUse | undefined {
  const keys = keysOf(node);
  const [root, step, outputs, output, ...more] = keys ?? [];
  if (root !== 'steps' || typeof step !== 'string') return undefined;
  if (more.length > 0) return undefined;
  return { step, output: outputs === 'outputs' && typeof output === 'string' ? output : undefined };
}

/** The names along a chain of `.` and `[]`; null for one that is computed; undefined: it is no chain from a name. */
function keysOf(node: ASTNode): readonly (string | null)[] | undefined {
  if (node.op === 'id') return [node.args];
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const base = keysOf(node.args[0]);
  if (base === undefined) return undefined;
  if (node.op === '.') return [...base, node.args[1]];
  const key = node.args[1];
  return [...base, key.op === 'value' && typeof key.args === 'string' ? key.args : null];
}

function isNode(node: unknown): node is ASTNode & { readonly start: number; readonly end: number } {
  return typeof node === 'object' && node !== null && 'op' in node && 'args' in node && 'start' in node;
}
