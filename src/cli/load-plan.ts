/** From a playbook's path and the caller's parameters to a plan. */

import { dirname } from 'node:path';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { JsonObject } from '../kernel/json.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { makePlan, type Occasion } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { ReadInventory } from '../plan/plan-hosts.ts';
import type { PlaybookContent } from '../playbook/content.ts';
import { scriptsOf } from './frozen-scripts.ts';
import { givenParams, jobsOf, readParamsFile, withoutNames } from './given-parameters.ts';
import type { Invocation, Surface } from './invocation.ts';
import { type Adapters, factsOf } from './load-adapters.ts';
import { type CheckedPlaybook, loadPlaybook } from './load-playbook.ts';

export interface PlanAndAdapters {
  readonly plan: Plan;
  readonly adapters: Adapters;
  readonly warnings: readonly Diagnostic[];
  /** What the playbook asks before a real run. */
  readonly policy: NonNullable<PlaybookContent['policy']>;
  /** Values that were given for another plan: those of a change's way back. */
  readonly paramsBack?: JsonObject;
}

/** The plan for this call; every fault of the playbook and of the parameters at once. */
export async function loadPlan(
  call: Invocation,
  surface: Surface,
): Promise<Result<PlanAndAdapters, readonly Diagnostic[]>> {
  return planLoaded(await loadPlaybook(call.args[0] ?? '', surface.cwd), call, surface);
}

/**
 * The same for what was read already. `standIn` is asked first for the hosts of an inventory; `elsewhere` names parameters
 * that this call gives for another plan.
 */
export async function planLoaded(
  loaded: CheckedPlaybook,
  call: Invocation,
  surface: Surface,
  standIn?: ReadInventory,
  elsewhere: ReadonlySet<string> = new Set(),
): Promise<Result<PlanAndAdapters, readonly Diagnostic[]>> {
  if (loaded.playbook === undefined) return err(loaded.diagnostics);
  const warnings: Diagnostic[] = [...loaded.diagnostics];
  const occasion = await occasionOf(loaded, call, surface, warnings, standIn, elsewhere);
  const planned = await makePlan(loaded.playbook, occasion);
  if (!planned.ok) return err(planned.error);
  return ok({ plan: planned.value, adapters: loaded.adapters, warnings, policy: loaded.playbook.content.policy ?? {} });
}

/** What this call gives beside the playbook itself. */
export async function occasionOf(
  loaded: CheckedPlaybook,
  call: Invocation,
  surface: Surface,
  warnings: Diagnostic[],
  standIn?: ReadInventory,
  elsewhere: ReadonlySet<string> = new Set(),
): Promise<Occasion> {
  const folder = dirname(loaded.file);
  const { paramsFile } = await readParamsFile(call.flag('params-file'), surface.cwd);
  const readInventory = await inventoryReader(loaded.document?.source.text ?? '', folder, warnings);
  return {
    folder,
    playbookFile: loaded.file,
    playbookDigest: loaded.digest,
    params: withoutNames(givenParams(call), elsewhere),
    paramsFile: withoutNames(paramsFile, elsewhere),
    ...jobsOf(call.flag('jobs')),
    scripts: scriptsOf(loaded.playbook?.content ?? {}, folder),
    readInventory: (source) => {
      const stood = standIn?.(source);
      return stood?.ok === true ? stood : readInventory(source);
    },
    adapters: factsOf(loaded.adapters),
  };
}

/** Reading inventories is loaded only for a playbook that names hosts. */
async function inventoryReader(text: string, folder: string, warnings: Diagnostic[]): Promise<ReadInventory> {
  if (!/\bhosts\b/.test(text)) return () => err('no inventory can be read here');
  const { createInventoryReader } = await import('./read-inventory.ts');
  return createInventoryReader(folder, warnings);
}
