/**
 * Steps whose `if` no given value decides, because it asks for a parameter that a stand-in fills: they are taken as
 * included. Owns: which they are, and what can be said of them by trying values. Does not own: leaving such an `if`
 * unsettled (`plan/fill.ts`).
 */
import type { Json, JsonObject } from '../kernel/json.ts';
import { allSteps, type Plan } from '../plan/plan.ts';
import type { ParameterContent } from '../playbook/content.ts';
import { type Expressions, loadExpressions } from '../playbook/expression.ts';
import { parameterFault, parseParameter } from '../playbook/parameter-value.ts';
import { plannedRoots } from '../playbook/scope.ts';
import type { Undecided } from '../views/whatif.ts';
import { standIns } from './stand-ins.ts';

export type { Undecided };

export const nothingUndecided: Undecided = { steps: [], neverTrue: [], exclusive: false };

interface Conditional {
  readonly id: string;
  readonly condition: string;
}

type Declared = { readonly [name: string]: ParameterContent };

/** So many combinations of values are tried; where there are more, nothing is said of what is impossible. */
const mostTried = 2_000;

export async function undecidedIn(plan: Plan, declared: Declared, assumed: readonly string[]): Promise<Undecided> {
  const open = [...allSteps(plan)].flatMap(({ id, condition }) =>
    typeof condition === 'string' ? [{ id, condition }] : [],
  );
  if (open.length === 0) return nothingUndecided;
  const expressions = await loadExpressions();
  const undecided = open.filter(({ condition }) => isAskedNow(expressions, condition));
  const steps = undecided.map(({ id }) => id);
  const texts = new Set(undecided.map(({ condition }) => condition));
  const occasions = occasionsOf([...texts], declared, assumed, plan.params);
  if (steps.length === 0 || occasions === undefined) return { ...nothingUndecided, steps };
  return { steps, ...triedWith(undecided, [...texts], occasions, plan, expressions) };
}

/** The rest asks for what only the run can know. */
function isAskedNow(expressions: Expressions, condition: string): boolean {
  const inspected = expressions.inspect(condition);
  return inspected.ok && inspected.value.references.every(({ root }) => plannedRoots.has(root));
}

function triedWith(
  undecided: readonly Conditional[],
  texts: readonly string[],
  occasions: readonly JsonObject[],
  { change, roles }: Plan,
  expressions: Expressions,
): Omit<Undecided, 'steps'> {
  const known = { change, roles: Object.fromEntries(Object.entries(roles).map(([key, role]) => [key, { ...role }])) };
  const holding = occasions.map(
    (params) =>
      new Set(
        texts.filter((text) => {
          const answer = expressions.evaluate(text, { ...known, params });
          return answer.ok && answer.value === true;
        }),
      ),
  );
  const possible = new Set(holding.flatMap((held) => [...held]));
  return {
    neverTrue: undecided.filter(({ condition }) => !possible.has(condition)).map(({ id }) => id),
    exclusive: !holding.some((held) => held.size === possible.size),
  };
}

/** Every combination of the values worth trying; undefined: too many. */
function occasionsOf(
  texts: readonly string[],
  declared: Declared,
  assumed: readonly string[],
  params: JsonObject,
): readonly JsonObject[] | undefined {
  const literals = [...new Set(texts.flatMap(literalsIn))];
  let occasions: readonly JsonObject[] = [params];
  for (const name of assumed.filter((each) => texts.some((text) => text.includes(each)))) {
    const values = valuesOf(declared[name] ?? {}, literals);
    if (occasions.length * values.length > mostTried) return undefined;
    occasions = occasions.flatMap((occasion) => values.map((value) => ({ ...occasion, [name]: value })));
  }
  return occasions;
}

/** What the declaration allows, and what the conditions compare with: each by itself, and all as one list. */
function valuesOf(parameter: ParameterContent, literals: readonly string[]): readonly Json[] {
  const { type = 'string' } = parameter;
  const around = literals.flatMap((text) =>
    /^\d+$/.test(text) ? [text, String(Number(text) + 1), String(Number(text) - 1)] : [text],
  );
  const words = literals.filter((text) => /\w/.test(text));
  const texts = [...standIns(parameter), ...around, words.join(','), words.join(' ')];
  const values = texts.map((text) => parseParameter(type, text)).filter((value) => value !== undefined);
  return [...new Set(values)].filter((value) => parameterFault(parameter, value) === undefined);
}

function literalsIn(condition: string): readonly string[] {
  const found = condition.matchAll(/'([^']*)'|"([^"]*)"|\b(\d+(?:\.\d+)?)\b/g);
  return [...found].map(([, single, double, number]) => single ?? double ?? number ?? '');
}
