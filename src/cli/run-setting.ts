/** Everything that the attempts of one run need, made once when an engine takes it. */

import type { Person } from '../engine/protocol.ts';
import { secretForms } from '../kernel/redaction.ts';
import { ok } from '../kernel/result.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepProcesses } from '../ports/step-process.ts';
import type { Filler, RunSetting } from '../runtime/attempt/setting.ts';
import type { Secrets } from '../runtime/secrets.ts';
import { inheritedEnv } from '../runtime/secrets.ts';
import type { Surface } from './invocation.ts';
import type { Adapters } from './load-adapters.ts';

export interface SettingParts {
  readonly plan: Plan;
  readonly adapters: Adapters;
  readonly run: string;
  readonly mode: RunSetting['mode'];
  readonly folder: string;
  readonly secrets: Secrets;
  readonly processes: StepProcesses;
  readonly env: Surface['env'];
  readonly began: { readonly by: Person; readonly reason: string | null; readonly at: number };
  readonly head: () => string;
}

export async function makeSetting(parts: SettingParts): Promise<RunSetting> {
  const { plan, adapters, run, mode, folder, secrets, processes, env, began, head } = parts;
  return {
    plan,
    run,
    mode,
    folder,
    adapters,
    processes,
    head,
    began: {
      by: began.by.claimed ?? began.by.sudoUser ?? began.by.login,
      reason: began.reason ?? '',
      startedAt: new Date(began.at).toISOString(),
    },
    filler: await fillerFor(plan),
    secrets: secrets.values,
    missingSecrets: secrets.missing,
    forms: secrets.values.size === 0 ? [] : secretForms([...secrets.values.values()]),
    baseEnv: inheritedEnv(plan, env),
  };
}

const nothingToFill: Filler = { evaluate: () => ok(''), fill: (text) => ok(text), fillValue: (value) => ok(value) };

/** The expression language costs more than the start of the program: only a plan that has expressions pays for it. */
async function fillerFor(plan: Plan): Promise<Filler> {
  if (!hasExpressions(plan)) return nothingToFill;
  const { loadExpressions } = await import('../playbook/expression.ts');
  return loadExpressions();
}

function hasExpressions(plan: Plan): boolean {
  const text = JSON.stringify([plan.phases, plan.escalate, plan.updates]);
  return text.includes('${{') || /"bindings":\[\{|"condition":"/.test(text);
}
