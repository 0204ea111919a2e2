/**
 * The values of an imagined run: what is known of them there (how it stands, which outputs are there) decides as in a
 * real run; what is not known (what an output says, who began it) keeps nothing from going on.
 *
 * Owns: whether a step that is due is left out, or cannot be prepared. Does not own: what follows (engine).
 */
import { closing } from '../engine/ending.ts';
import { endsOnly } from '../engine/hosts.ts';
import { type Context, stepState } from '../engine/state.ts';
import { truthOf } from '../engine/truth.ts';
import { type Json, type JsonObject, textOf } from '../kernel/json.ts';
import { err, type Result } from '../kernel/result.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { Expressions } from '../playbook/expression.ts';
import { runFields, type Scope } from '../playbook/scope.ts';
import { type FilledLater, filledLater, type LateExpression, rootOf } from './filled-later.ts';

export type Hindrance =
  | { readonly kind: 'left-out'; readonly because: string }
  | { readonly kind: 'unprepared'; readonly reason: string };

export interface ImaginedValues {
  /** Why a step that is due does not begin; null: it does. */
  hindrance(step: PlannedStep, context: Context): Hindrance | null;
  /** Why its verification cannot hold; null: it can. */
  disproof(step: PlannedStep, context: Context): string | null;
  /** What a step that succeeds writes: something, where anybody asks for it. */
  outputsOf(step: PlannedStep): Outputs;
  /** Steps whose outputs are asked for, each with the steps that ask. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
  /** Steps of which what is asked depends on how the run stands. */
  readonly asksRun: readonly string[];
}

type Outputs = { readonly [key: string]: string };
export type Evaluator = Pick<Expressions, 'inspect' | 'evaluate'>;

const noOutputs: Outputs = {};
/** Stands for all that a step may write: which they are, and what they say, nobody knows. */
const someOutputs: Outputs = { written: '' };
const noneLater: ReadonlyMap<string, FilledLater> = new Map();

/** It is there, and nobody knows what it is: an expression that needs more than that has no answer. */
const notKnown = Symbol('not known') as unknown as string;

/** What is known of a run that is only imagined. */
const knownOfRun: ReadonlySet<string> = new Set(['mode', 'playbook', 'system', 'end', 'access', 'data', 'health']);

/** `expressions` may be null where a plan has none; `standIns` names parameters whose values decide nothing. */
export function imaginedValues(
  plan: Plan,
  expressions: Evaluator | null,
  standIns: ReadonlySet<string>,
): ImaginedValues {
  const later = expressions === null ? noneLater : filledLater(plan, expressions);
  const sources = sourcesOf(later);
  const answer = (asked: LateExpression, context: Context): Result<Json, string> | undefined =>
    expressions === null ? undefined : answerTo(asked, context, standIns, expressions);
  return {
    hindrance: (step, context) => {
      const { condition = null, values = [] } = later.get(step.id) ?? {};
      const leftOut = condition === null ? null : conditionally(condition, answer(condition, context));
      if (leftOut !== null || endsOnly(context, step)) return leftOut;
      const reason = firstFault(values, (each) => answer(each, context));
      return reason === null ? null : { kind: 'unprepared', reason };
    },
    disproof: ({ id }, context) => firstFault(later.get(id)?.proof ?? [], (each) => answer(each, context)),
    outputsOf: ({ id }) => (sources.has(id) ? someOutputs : noOutputs),
    sources,
    asksRun: [...later].filter(([, each]) => asksRun(each)).map(([id]) => id),
  };
}

function conditionally({ text }: LateExpression, answer: Result<Json, string> | undefined): Hindrance | null {
  if (answer === undefined || (answer.ok && answer.value === true)) return null;
  if (!answer.ok) return { kind: 'unprepared', reason: `its \`if\` cannot be answered: ${answer.error}` };
  if (answer.value === false) return { kind: 'left-out', because: `\`${text}\` is false` };
  return { kind: 'unprepared', reason: `its \`if\` gave ${textOf(answer.value)}, not true or false` };
}

function firstFault(
  asked: readonly LateExpression[],
  answer: (each: LateExpression) => Result<Json, string> | undefined,
): string | null {
  for (const each of asked) {
    const answered = answer(each);
    if (answered?.ok === false) return answered.error;
  }
  return null;
}

/** Undefined: it depends on what is not known. */
function answerTo(
  asked: LateExpression,
  context: Context,
  standIns: ReadonlySet<string>,
  expressions: Evaluator,
): Result<Json, string> | undefined {
  if (asked.outputs.some(({ step }) => step === null)) return undefined;
  const answer = expressions.evaluate(asked.text, scopeFor(asked, context, standIns));
  if (answer.ok) return answer;
  const absent = asked.outputs.find(({ step, key }) => key !== null && !hasOutputs(context, step ?? ''));
  if (absent !== undefined && !asked.branches) return err(`\${{ ${asked.text} }}: No such key: ${absent.key}`);
  return needsMore(asked, context, standIns) ? undefined : answer;
}

function needsMore({ asks, outputs }: LateExpression, context: Context, standIns: ReadonlySet<string>): boolean {
  return outputs.some(({ step }) => hasOutputs(context, step ?? '')) || asks.some((ask) => !isKnown(ask, standIns));
}

function isKnown(ask: string, standIns: ReadonlySet<string>): boolean {
  const name = ask.slice(rootOf(ask).length + 1);
  switch (rootOf(ask)) {
    case 'run':
      return knownOfRun.has(name);
    case 'params':
      return name === '' ? standIns.size === 0 : !standIns.has(name);
    default:
      return rootOf(ask) !== 'secrets';
  }
}

/** Of a step that has succeeded; all of them are then taken as written. */
export function hasOutputs(context: Context, step: string): boolean {
  return Object.keys(stepState(context, step).outputs).length > 0;
}

function scopeFor({ asks, outputs }: LateExpression, context: Context, standIns: ReadonlySet<string>): Scope {
  const { params, change, roles, secrets } = context.plan;
  return {
    params: { ...params, ...unknown([...standIns]) },
    secrets: unknown(Object.keys(secrets)),
    steps: Object.fromEntries(
      outputs.map(({ step }) => [step ?? '', { outputs: outputsFor(step ?? '', outputs, context) }]),
    ),
    run: asks.some((ask) => rootOf(ask) === 'run') ? runIn(context) : {},
    change,
    roles: roles as unknown as JsonObject,
  };
}

const unknown = (names: readonly string[]): Outputs => Object.fromEntries(names.map((name) => [name, notKnown]));

/** Where all outputs of a step are meant at once, not even which there are is known. */
function outputsFor(id: string, uses: LateExpression['outputs'], context: Context): Outputs {
  if (!hasOutputs(context, id)) return noOutputs;
  const keys = uses.filter(({ step }) => step === id).map(({ key }) => key);
  if (keys.includes(null)) return notKnown as unknown as Outputs;
  return unknown(keys.filter((key) => key !== null));
}

function runIn(context: Context): JsonObject {
  const { mode, plan, place } = context;
  const end = place === 'escalate' || place === 'announce' ? closing(context).end : '';
  const known = { mode, playbook: plan.name, system: plan.system, end, ...truthOf(context) };
  return { ...unknown(Object.keys(runFields)), ...known };
}

function sourcesOf(later: ReadonlyMap<string, FilledLater>): ReadonlyMap<string, readonly string[]> {
  const sources = new Map<string, string[]>();
  for (const [id, each] of later) {
    for (const { step } of expressionsOf(each).flatMap(({ outputs }) => outputs)) {
      if (step === null) continue;
      const users = sources.get(step);
      if (users === undefined) sources.set(step, [id]);
      else if (!users.includes(id)) users.push(id);
    }
  }
  return sources;
}

function asksRun(later: FilledLater): boolean {
  return expressionsOf(later).some(({ asks }) => asks.some((ask) => rootOf(ask) === 'run'));
}

function expressionsOf({ condition, values, proof }: FilledLater): readonly LateExpression[] {
  return [...(condition === null ? [] : [condition]), ...values, ...proof];
}
