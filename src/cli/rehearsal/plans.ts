/**
 * The two plans of a rehearsal: what would be done for real on this occasion, and the same where it is rehearsed. The
 * first is made only to know what production is; nothing of it is carried out.
 */
import { dirname } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { Fault } from '../../kernel/fault.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { makePlan, type Occasion } from '../../plan/make-plan.ts';
import type { Injection, Plan, PlannedRehearsal } from '../../plan/plan.ts';
import { checkSteps } from '../../playbook/check.ts';
import { allSites, type PlaybookContent } from '../../playbook/content.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { atBadEnd, rehearsedPlaybook } from '../../playbook/rehearsed.ts';
import { visible } from '../../views/visible.ts';
import { scriptsOf } from '../frozen-scripts.ts';
import { givenParams } from '../given-parameters.ts';
import type { Invocation, Surface } from '../invocation.ts';
import type { Adapters } from '../load-adapters.ts';
import { occasionOf } from '../load-plan.ts';
import { type CheckedPlaybook, loadPlaybook } from '../load-playbook.ts';
import { ownAdapters } from './own-adapters.ts';
import { productionSecrets } from './production-secrets.ts';

export type Rehearsal = NonNullable<PlaybookContent['rehearsal']>;

export interface RehearsalPlans {
  readonly rehearsal: Rehearsal;
  readonly production: Plan;
  /** With `rehearsal` in it, which a run of it never loses. */
  readonly plan: Plan;
  readonly adapters: Adapters;
  readonly warnings: readonly Diagnostic[];
}

const ninetyDaysMs = 90 * 24 * 3_600_000;

export async function planRehearsal(
  call: Invocation,
  surface: Surface,
): Promise<Result<RehearsalPlans, readonly Diagnostic[]>> {
  const loaded = await loadPlaybook(call.args[0] ?? '', surface.cwd);
  const { playbook } = loaded;
  if (playbook === undefined) return err(loaded.diagnostics);
  const { rehearsal } = playbook.content;
  if (rehearsal === undefined) throw noEnvironment(loaded.file);
  const warnings: Diagnostic[] = [...loaded.diagnostics];
  const occasion = await occasionOf(loaded, call, surface, warnings);
  const production = await makePlan(playbook, occasion);
  if (!production.ok) return wrong('As it would be run for real, with the parameters given:', production, surface);
  const there = await planThere(loaded, playbook, rehearsal, {
    ...occasion,
    params: { ...withoutReplaced(occasion.params, rehearsal), ...givenParams(call, 'rehearsal-param') },
  });
  if (!there.ok) return wrong(`As it would be rehearsed in ${visible(rehearsal.environment)}:`, there, surface);
  const { definition } = production.value;
  const planned = plannedRehearsal(playbook.content, rehearsal);
  const own = await productionSecrets(production.value, there.value, planned.cleanup);
  const plan: Plan = {
    ...there.value,
    ...(definition === undefined ? {} : { definition }),
    rehearsal: { ...planned, ...ownAdapters(there.value), ...(own.length === 0 ? {} : { productionSecrets: own }) },
  };
  return ok({ rehearsal, production: production.value, plan, adapters: loaded.adapters, warnings });
}

/** Of two plans from one file, whose values differ: which of them is wrong. */
function wrong<Wrong>(which: string, found: Wrong, surface: Surface): Wrong {
  surface.err(`${which}\n`);
  return found;
}

function noEnvironment(file: string): Fault {
  return new Fault(
    'usage',
    `${file} does not say where it is rehearsed`,
    'Add to it for example: rehearsal: { environment: staging, parameters: { host: db1.staging.example.com } }',
  );
}

/** What is rehearsed is checked as strictly as what is run: a replaced field may be as wrong as any other. */
async function planThere(
  loaded: CheckedPlaybook,
  playbook: Playbook,
  rehearsal: Rehearsal,
  occasion: Occasion,
): Promise<Result<Plan, readonly Diagnostic[]>> {
  const rehearsed = rehearsedPlaybook(playbook, rehearsal);
  const sites = allSites(rehearsed.content);
  const found = await checkSteps({ ...rehearsed, sites, adapters: occasion.adapters });
  const faults = found.filter(({ severity }) => severity === 'error');
  if (faults.length > 0) return err(faults);
  return makePlan(rehearsed, {
    ...occasion,
    scripts: scriptsOf(rehearsed.content, dirname(loaded.file)),
    paramsFile: { ...occasion.paramsFile, ...rehearsal.parameters },
  });
}

/** What the playbook says of the environment goes over what the caller says of production. */
function withoutReplaced(params: Occasion['params'], { parameters = {} }: Rehearsal): Occasion['params'] {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !Object.hasOwn(parameters, name)));
}

function plannedRehearsal(content: PlaybookContent, rehearsal: Rehearsal): PlannedRehearsal {
  const ids = (rehearsal.cleanup ?? []).flatMap(({ id }) => (id === undefined ? [] : [id, atBadEnd(id)]));
  const replaced = Object.keys(rehearsal.secrets ?? {});
  return {
    environment: rehearsal.environment,
    expiresAfterMs: rehearsal.expiresAfter === undefined ? ninetyDaysMs : (parseDuration(rehearsal.expiresAfter) ?? 0),
    leftOut: rehearsal.leaveOut ?? [],
    harmless: rehearsal.harmless ?? [],
    cleanup: ids,
    inject: {},
    hides: replaced.flatMap((name) => content.secrets?.[name]?.env ?? []),
  };
}

/** The plan with its drill: what it does stands in the plan, so that a resume does the same. */
export function withDrill(plan: Plan, inject: { readonly [step: string]: Injection }): Plan {
  return plan.rehearsal === undefined ? plan : { ...plan, rehearsal: { ...plan.rehearsal, inject } };
}
