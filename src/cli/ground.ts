/** What a call gives for a run of a plan; what is wrong with it is said before anything of a run is made. */
import type { Person } from '../engine/protocol.ts';
import { Fault } from '../kernel/fault.ts';
import { redact, secretForms } from '../kernel/redaction.ts';
import type { Plan } from '../plan/plan.ts';
import { type Home, openHome } from '../runtime/home/home.ts';
import { thisPerson } from '../runtime/home/login.ts';
import { withoutReserve } from '../runtime/home/run-folder.ts';
import { readSecrets, type Secrets } from '../runtime/secrets.ts';
import { isTerminal } from './drive.ts';
import type { Invocation, Surface } from './invocation.ts';
import { logTargetsOf } from './log-targets.ts';
import { signerOf } from './open-record.ts';

export interface Ground {
  readonly secrets: Secrets;
  readonly home: Home;
  readonly by: Person;
  readonly waits: boolean;
}

/** Throws a Fault (`usage`) that names what is missing or wrong. */
export async function groundOf(plan: Plan, call: Invocation, surface: Surface): Promise<Ground> {
  refuseEmpty(plan);
  const secrets = await usableSecrets(plan, surface);
  refuseSecretWords(secrets, call);
  const home = openHome(call.flag('home'), surface.env);
  logTargetsOf(call, surface);
  signerOf(home, call, surface);
  const by = thisPerson(surface.env, call.flag('by') ?? null);
  const place = plan.onlyTells === undefined ? home : withoutReserve(home);
  return { secrets, home: place, by, waits: call.has('wait') || isTerminal() };
}

/** The plan's secrets, all there, and none of them among its parameters. Throws a Fault (`usage`). */
export async function usableSecrets(plan: Plan, { env }: Surface): Promise<Secrets> {
  const secrets = await readSecrets(plan, env);
  refuseMissing(plan, secrets);
  refuseSecretParams(plan, secrets);
  return secrets;
}

function refuseEmpty(plan: Plan): void {
  if (Object.values(plan.phases).some((phase) => phase.steps.length > 0)) return;
  throw new Fault(
    'usage',
    `${plan.playbookFile} has no steps: there is nothing to back out`,
    'Add one to phases.restore.',
  );
}

function refuseMissing(plan: Plan, { missing }: Secrets): void {
  const [first, ...others] = [...missing].map(([name, why]) => `the secret ${name} is missing: ${why}`);
  if (first === undefined) return;
  throw new Fault(
    'usage',
    [first, ...others].join('; '),
    `Nothing was run. Give the secrets of ${plan.name}, then run again.`,
  );
}

/** P9: parameters stand in the plan, the report and the status; a secret among them would too. */
function refuseSecretParams(plan: Plan, { values }: Secrets): void {
  for (const [name, value] of Object.entries(plan.params)) {
    const secret = [...values].find(([, text]) => JSON.stringify(value).includes(JSON.stringify(text).slice(1, -1)));
    if (secret === undefined) continue;
    const remedy = 'Nothing was run. Let the playbook take it from secrets, not from a parameter.';
    throw new Fault(
      'usage',
      `the parameter ${name} holds the secret ${secret[0]}, and parameters are recorded`,
      remedy,
    );
  }
}

/** The same of what a person says to a run; of its secrets only those are known that no command has to be run for. */
export async function refuseSecretsSaid(plan: Plan, call: Invocation, { env }: Surface): Promise<void> {
  const atHand = Object.entries(plan.secrets).filter(([, source]) => !('command' in source));
  refuseSecretWords(await readSecrets({ ...plan, secrets: Object.fromEntries(atHand) }, env), call);
}

/** P9: who decided, and why, is recorded and shown. */
function refuseSecretWords({ values }: Secrets, call: Invocation): void {
  for (const flag of ['by', 'reason']) {
    const said = call.flag(flag) ?? '';
    const secret = [...values].find(([, text]) => redact(said, secretForms([text])) !== said);
    if (secret === undefined) continue;
    const remedy = 'Nothing was done. Say it without the secret.';
    throw new Fault('usage', `--${flag} holds the secret ${secret[0]}, and it is recorded`, remedy);
  }
}
