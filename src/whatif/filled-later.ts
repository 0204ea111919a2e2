/** What of a plan is filled in only when a step is due, as far as that can leave a step out or keep it from beginning. */
import type { Json } from '../kernel/json.ts';
import { type Action, allSteps, type Plan, type PlannedStep, type Verification } from '../plan/plan.ts';
import type { Expressions } from '../playbook/expression.ts';
import { plannedRoots } from '../playbook/scope.ts';
import { parseTemplate } from '../playbook/template.ts';

/** A use of `steps['a'].outputs.b`; null: which step, or which output, is computed, or all are meant. */
export interface OutputUse {
  readonly step: string | null;
  readonly key: string | null;
}

export interface LateExpression {
  readonly text: string;
  /** What it asks for that is not an output: root and first key, `run.end`; the root alone where all of it is meant. */
  readonly asks: readonly string[];
  readonly outputs: readonly OutputUse[];
  /** Not everything in it is asked in every case. */
  readonly branches: boolean;
}

export interface FilledLater {
  /** Null: it takes part whatever happens, or only values that were not given decide. */
  readonly condition: LateExpression | null;
  /** In what it does; only those that can fail. */
  readonly values: readonly LateExpression[];
  /** The same in its verification. */
  readonly proof: readonly LateExpression[];
}

export type Inspector = Pick<Expressions, 'inspect'>;

/** Steps of which nothing is filled in later are not in it. */
export function filledLater(plan: Plan, expressions: Inspector): ReadonlyMap<string, FilledLater> {
  const found = new Map<string, FilledLater>();
  for (const step of allSteps(plan)) {
    const later = laterIn(step, expressions);
    if (later.condition !== null || later.values.length > 0 || later.proof.length > 0) found.set(step.id, later);
  }
  return found;
}

function laterIn({ condition, action, verify }: PlannedStep, expressions: Inspector): FilledLater {
  return {
    condition: typeof condition === 'string' ? conditionOf(condition, expressions) : null,
    values: askingForOutputs(expressionsIn(action), expressions),
    proof: verify === null ? [] : askingForOutputs(expressionsInProof(verify), expressions),
  };
}

function conditionOf(text: string, expressions: Inspector): LateExpression | null {
  const late = lateExpression(text, expressions);
  const isDecided = late.outputs.length === 0 && late.asks.every((each) => plannedRoots.has(rootOf(each)));
  return isDecided ? null : late;
}

export const rootOf = (ask: string): string => ask.split('.')[0] ?? ask;

/** Everything else that may be asked for is there. */
function askingForOutputs(texts: readonly string[], expressions: Inspector): readonly LateExpression[] {
  return [...new Set(texts)]
    .map((text) => lateExpression(text, expressions))
    .filter(({ outputs }) => outputs.length > 0);
}

const branching = /[?]|&&|\|\||\b(?:has|in|all|exists|exists_one|map|filter)\b/;

function lateExpression(text: string, expressions: Inspector): LateExpression {
  const inspected = expressions.inspect(text);
  const references = inspected.ok ? inspected.value.references : [];
  const outputs = references
    .filter(({ root }) => root === 'steps')
    .map(({ path: [step = null, , key = null] }) => ({ step, key }));
  const asks = references
    .filter(({ root }) => root !== 'steps')
    .map(({ root, path: [first] }) => (first === undefined ? root : `${root}.${first}`));
  return { text, asks, outputs, branches: branching.test(text) };
}

function expressionsIn(action: Action): readonly string[] {
  if (action.kind === 'manual') return expressionsOf(action.instruction);
  const around = [action.env, action.cwd, action.stdin].flatMap(expressionsOf);
  if (action.kind === 'shell') return [...around, ...action.bindings.map(({ expression }) => expression)];
  return [...around, ...expressionsOf(action.kind === 'script' ? action.args : action.input)];
}

function expressionsInProof({ action, expect }: Verification): readonly string[] {
  const expected = [expect.stdout, expect.stderr].flatMap((text) => [text?.equals ?? null, text?.contains ?? null]);
  return [...expressionsIn(action), ...expected.flatMap(expressionsOf)];
}

/** Those in a template, or in every text of a value. */
function expressionsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return parseTemplate(value).expressions.map(({ expression }) => expression);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values<Json>(value as { readonly [key: string]: Json }).flatMap(expressionsOf);
}
