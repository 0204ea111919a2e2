/** Asks the guard, with the values that both sides have here; refuses with everything that it objects to. */
import { hostname } from 'node:os';
import { webAddress } from '../../../adapters/places/url.ts';
import { Fault } from '../../kernel/fault.ts';
import { redact, secretForms } from '../../kernel/redaction.ts';
import type { Plan, SecretSource } from '../../plan/plan.ts';
import { loadExpressions } from '../../playbook/expression.ts';
import { inheritedEnv, readSecrets } from '../../runtime/secrets.ts';
import { visible } from '../../views/visible.ts';
import type { Surface } from '../invocation.ts';
import { type GuardFacts, objections } from './guard.ts';
import { type PlanInPlace, placedSteps } from './places-of.ts';
import type { RehearsalPlans } from './plans.ts';
import { samePlaces } from './same-place.ts';

/** Throws a Fault (exit 2) that names every step that would reach production, or might. */
export async function refuseProduction(plans: RehearsalPlans, surface: Surface): Promise<void> {
  const { rehearsal, production, plan } = plans;
  refuseWrongMachine(rehearsal.machine, rehearsal.environment);
  const [real, there] = [await inPlace(production, plans, surface), await inPlace(plan, plans, surface)];
  const steps = { production: placedSteps(real), rehearsed: placedSteps(there) };
  const forms = shownForms([...real.secrets.values(), ...there.secrets.values()]);
  const found = objections({
    environment: rehearsal.environment,
    isElsewhere: rehearsal.machine !== undefined,
    ...steps,
    isSame: await sameOnes(steps, (text) => surface.err(redact(text, forms))),
    harmless: new Set((rehearsal.harmless ?? []).map(({ step }) => step)),
    more: rehearsal.production ?? [],
  });
  const [first, ...others] = found;
  if (first === undefined) return;
  if (others.length === 0)
    throw new Fault('usage', redact(first.message, forms), `${redact(first.remedy, forms)} Nothing was run.`);
  for (const { message } of found) surface.err(redact(`  - ${message}\n`, forms));
  const remedies = [...new Set(found.map(({ remedy }) => remedy.replace(/\{ step: \S+,/, '{ step: …,')))];
  throw new Fault(
    'usage',
    `${found.length} objections to this rehearsal: it would reach production, or might`,
    `${redact(remedies.join(' '), forms)} Nothing was run.`,
  );
}

/** Places are shown in forms of their own: in one case, and a URL by its host and its path (P9). */
function shownForms(secrets: readonly string[]): readonly string[] {
  const all = secrets.flatMap((secret) => {
    const { path = '', query = '' } = webAddress(secret) ?? {};
    return [secret, secret.toLowerCase(), secret.toUpperCase(), path, `${path}${query}`];
  });
  return secretForms(all);
}

async function sameOnes(
  { production, rehearsed }: Pick<GuardFacts, 'production' | 'rehearsed'>,
  say: (text: string) => void,
): Promise<GuardFacts['isSame']> {
  const asked = rehearsed.filter(({ step }) => step.condition !== false).flatMap(({ places }) => places);
  const real = production.flatMap(({ places }) => places);
  const { isSame, notFound } = await samePlaces(asked, real);
  if (notFound.length > 0)
    say(`No address was found for ${notFound.map(visible).join(', ')}: held against production by name alone.\n`);
  return isSame;
}

function refuseWrongMachine(machine: string | undefined, environment: string): void {
  const here = hostname();
  if (machine === undefined || here === machine || here.split('.')[0] === machine) return;
  throw new Fault(
    'usage',
    `rehearsals of ${environment} are run on ${machine}, and this is ${here}`,
    `Log in to ${machine}, or correct rehearsal.machine. Nothing was run.`,
  );
}

async function inPlace(plan: Plan, { adapters }: RehearsalPlans, surface: Surface): Promise<PlanInPlace> {
  return {
    plan,
    adapters,
    env: inheritedEnv(plan, surface.env),
    secrets: await comparable(plan, surface.env),
    expressions: await loadExpressions(),
  };
}

/** A secret that cannot be had here is known by where it comes from. No command is run for production's. */
async function comparable(plan: Plan, env: Surface['env']): Promise<ReadonlyMap<string, string>> {
  const quiet = Object.entries(plan.secrets).filter(([, source]) => !('command' in source));
  const { values } = await readSecrets({ ...plan, secrets: Object.fromEntries(quiet) }, env);
  const entries = Object.entries(plan.secrets).map(([name, source]) => {
    return [name, values.get(name) ?? `(secret ${sourceWords(source)})`] as const;
  });
  return new Map(entries);
}

function sourceWords(source: SecretSource): string {
  if ('env' in source) return `from ${source.env}`;
  return 'file' in source ? `from ${source.file}` : `of ${source.command.join(' ')}`;
}
