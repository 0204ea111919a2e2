/** Where the steps and the updates of a plan act, look and tell, as far as their input says it. */
import { hostName } from '../../../adapters/places/kinds.ts';
import { placesByAdapter } from '../../../adapters/places/table.ts';
import { type Json, type JsonObject, textOf } from '../../kernel/json.ts';
import type { Action, Plan, PlannedStep } from '../../plan/plan.ts';
import { allSteps, updateSteps } from '../../plan/plan.ts';
import type { Expressions } from '../../playbook/expression.ts';
import type { AdapterPlace, PlaceContext } from '../../ports/adapter.ts';
import type { Adapters } from '../load-adapters.ts';

export interface PlacedStep {
  readonly step: PlannedStep;
  readonly places: readonly AdapterPlace[];
  /** Of these only a person can say where they reach: shell text, scripts, own adapters, values that come later. */
  readonly opaque: readonly Opaque[];
  /** By what its adapters say of themselves it changes nothing: a person may let it look at what production looks at too. */
  readonly looksOnly?: boolean;
}

export interface Opaque {
  readonly action: Action;
  /** What the expressions in shell text stand for, one a line. */
  readonly values: string;
  /** Where its relative paths begin. */
  readonly folder: string;
}

export interface PlanInPlace {
  readonly plan: Plan;
  readonly adapters: Adapters;
  readonly env: PlaceContext['env'];
  /** Values of secrets, or what stands for one that cannot be had. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly expressions: Pick<Expressions, 'evaluate'>;
}

export function placedSteps(where: PlanInPlace): readonly PlacedStep[] {
  return [...allSteps(where.plan), ...updateSteps(where.plan)].map((step) => {
    const found = actionsOf(step).map((action) => ({ action, ...placesOf(action, where) }));
    return {
      step,
      places: [...hostsOf(step), ...found.flatMap(({ places }) => places)],
      opaque: found
        .filter(({ areAll }) => !areAll)
        .map(({ action }) => ({ action, values: valuesOf(action, where), folder: where.plan.folder })),
      looksOnly: step.hosts === undefined && found.length > 0 && found.every(({ action }) => isReadOnly(action, where)),
    };
  });
}

const isReadOnly = (action: Action, { adapters }: PlanInPlace): boolean =>
  action.kind === 'adapter' && adapters.get(action.adapter)?.readOnly === true;

/** What is done on hosts is done there, and its hosts say where; its proof is asked from here. */
function actionsOf({ action, verify, hosts }: PlannedStep): readonly Action[] {
  const own = action.kind === 'manual' || hosts !== undefined ? [] : [action];
  return verify === null ? own : [...own, verify.action];
}

function hostsOf({ hosts }: PlannedStep): readonly AdapterPlace[] {
  return (hosts?.list ?? []).map(({ name, address, port }) => {
    const at = hostName(address ?? name);
    const isUsual = port === null || port === 22;
    const server = { host: at, port: isUsual ? '22' : String(port), beside: '' };
    return { kind: 'host', at: isUsual ? at : `${at}:${port}`, isHere: false, server };
  });
}

interface Told {
  readonly places: readonly AdapterPlace[];
  /** It acts nowhere else. */
  readonly areAll: boolean;
}

/** Of a list some places may be known before the run and others not: those that are known count all the same. */
function placesOf(action: Action, { plan, adapters, env, secrets }: PlanInPlace): Told {
  if (action.kind !== 'adapter') return { places: [], areAll: false };
  const adapter = adapters.get(action.adapter);
  const ask = adapter?.places?.bind(adapter) ?? placesByAdapter.get(action.adapter) ?? (() => []);
  const own = Object.entries(action.env).map(([name, value]) => [name, filledIn(value, secrets)] as const);
  const context = { folder: plan.folder, env: { ...env, ...Object.fromEntries(own) } };
  const said = ask(withSecrets(action.input, secrets) as JsonObject, context);
  const places = said.filter(({ at }) => !at.includes('${{'));
  return { places, areAll: said.length > 0 && places.length === said.length };
}

function valuesOf(action: Action, { plan, secrets, expressions }: PlanInPlace): string {
  if (action.kind !== 'shell') return '';
  const { params, change } = plan;
  const scope = { params, change, roles: plan.roles as unknown as JsonObject, secrets: Object.fromEntries(secrets) };
  return action.bindings
    .map(({ expression }) => {
      const value = expressions.evaluate(expression, scope);
      return value.ok ? textOf(value.value) : expression;
    })
    .join('\n');
}

const secretExpression = /\$\{\{\s*secrets(?:\.([A-Za-z0-9_]+)|\[\s*'([^']+)'\s*\])\s*\}\}/g;

/** What only the run will know stays as it is written. */
const filledIn = (text: string, secrets: PlanInPlace['secrets']): string =>
  text.replaceAll(secretExpression, (whole, dotted?: string, quoted?: string) => {
    return secrets.get(dotted ?? quoted ?? '') ?? whole;
  });

function withSecrets(value: Json, secrets: PlanInPlace['secrets']): Json {
  if (typeof value === 'string') return filledIn(value, secrets);
  if (Array.isArray(value)) return value.map((item: Json) => withSecrets(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withSecrets(member as Json, secrets)]));
}
