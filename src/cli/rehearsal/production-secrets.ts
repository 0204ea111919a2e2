/** Secrets that a rehearsal would use although they are production's own, with the steps and updates that name them. */
import { resolve } from 'node:path';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Plan, PlannedStep, ProductionSecret } from '../../plan/plan.ts';
import { phases } from '../../plan/plan.ts';
import { type Expressions, loadExpressions } from '../../playbook/expression.ts';
import { parseTemplate } from '../../playbook/template.ts';
import type { Surface } from '../invocation.ts';

/** `there`: the plan as it is rehearsed; `cleanup`: the ids of its steps that clean up. */
export async function productionSecrets(
  production: Plan,
  there: Plan,
  cleanup: readonly string[],
): Promise<readonly ProductionSecret[]> {
  const own = Object.keys(there.secrets).filter((name) => sourceOf(production, name) === sourceOf(there, name));
  if (own.length === 0) return [];
  const expressions = await loadExpressions();
  const named = rehearsedSteps(there, cleanup).map(({ id, contingency: _, ...step }) => {
    return { id, secrets: secretsIn(step, expressions) };
  });
  return own.flatMap((secret) => {
    const steps = named.filter(({ secrets }) => secrets.has(secret)).map(({ id }) => id);
    return steps.length === 0 ? [] : [{ secret, steps }];
  });
}

/** Comparable text; undefined where the plan has no such secret. */
function sourceOf({ secrets, folder }: Plan, name: string): string | undefined {
  const source = secrets[name];
  if (source === undefined) return undefined;
  return canonicalJson('file' in source ? { file: resolve(folder, source.file) } : source);
}

/** Those that may be carried out; what cleans up stands twice in the plan, and is told once. */
function rehearsedSteps(plan: Plan, cleanup: readonly string[]): readonly PlannedStep[] {
  const places = [...phases.map((name) => plan.phases[name].steps), plan.escalate.steps, plan.updates?.steps ?? []];
  return places
    .flat()
    .filter(({ id, place }) => place !== 'escalate' || !cleanup.includes(id))
    .filter(isCarriedOut)
    .flatMap((step) => [step, ...step.contingency.filter(isCarriedOut)]);
}

const isCarriedOut = ({ condition }: PlannedStep): boolean => condition !== false;

function secretsIn(value: unknown, expressions: Expressions): ReadonlySet<string> {
  if (typeof value === 'string') return new Set(namesIn(value, expressions));
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.values(value).flatMap((member) => [...secretsIn(member, expressions)]));
}

function namesIn(text: string, expressions: Expressions): readonly string[] {
  return parseTemplate(text).expressions.flatMap(({ expression }) => {
    const inspected = expressions.inspect(expression);
    const references = inspected.ok ? inspected.value.references : [];
    return references.flatMap(({ root, path: [name] }) => (root === 'secrets' && name !== undefined ? [name] : []));
  });
}

/** Before anybody says that it may begin. */
export function warnOfProductionSecrets({ rehearsal }: Plan, surface: Surface): void {
  const own = rehearsal?.productionSecrets ?? [];
  if (rehearsal === undefined || own.length === 0) return;
  const lines = own.map((each) => `  ${secretWords(each)}\n`);
  surface.err(`Production's own secrets would be used in ${rehearsal.environment}:\n${lines.join('')}`);
  surface.err(`  Say in rehearsal.secrets where those of ${rehearsal.environment} are read from.\n`);
}

export const secretWords = ({ secret, steps }: ProductionSecret): string => `${secret}, by ${steps.join(', ')}`;
