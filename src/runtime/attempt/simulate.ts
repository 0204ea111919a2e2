/** A step in a dry run: its preflight is real, its action is only said. What cannot be checked is said too (P10). */

import type { Context } from '../../engine/state.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { Adapter, Preflight } from '../../ports/adapter.ts';
import type { Undated } from '../../ports/effects.ts';
import { checkHosts } from '../hosts/check-stage.ts';
import { isOnHosts } from '../hosts/resolve.ts';
import { nothingSeen, worded } from './attempt-end.ts';
import type { Stage } from './process-stage.ts';
import { programOf } from './program.ts';
import type { Resolved } from './resolve.ts';
import { resolveStep } from './resolve-step.ts';
import { Values } from './values.ts';

export async function simulateStage(stage: Stage, resolved: Resolved | null, context: Context): Promise<Undated> {
  const at = { step: stage.step.id, attempt: stage.attempt };
  const checks = [await check(stage, resolved, context)];
  for (const contingency of stage.step.contingency) checks.push(await checkContingency(stage, contingency, context));
  const failed = checks.find((each) => !each.ok);
  if (failed !== undefined && !failed.ok) {
    return {
      type: 'step.failed',
      ...at,
      class: 'check',
      end: worded(`${failed.reason}. ${failed.remedy}`, stage.setting.forms),
    };
  }
  const uncovered = checks.flatMap((each) => (each.ok && each.uncovered !== null ? [each.uncovered] : []));
  return {
    type: 'step.simulated',
    ...at,
    end: nothingSeen,
    uncovered: uncovered.length === 0 ? null : uncovered.join('; '),
  };
}

async function checkContingency(stage: Stage, contingency: PlannedStep, context: Context): Promise<Preflight> {
  const { setting, attempt } = stage;
  const resolved = resolveStep(setting, { step: contingency, attempt }, new Values(setting, context), context);
  if (!resolved.ok) return { ok: true, checked: [], uncovered: `contingency ${contingency.id}: ${resolved.error}` };
  const found = await check({ ...stage, step: contingency }, resolved.value, context);
  if (!found.ok) return { ...found, reason: `contingency ${contingency.id}: ${found.reason}` };
  return { ...found, uncovered: found.uncovered === null ? null : `contingency ${contingency.id}: ${found.uncovered}` };
}

async function check(stage: Stage, resolved: Resolved | null, context: Context): Promise<Preflight> {
  const { action } = stage.step;
  if (resolved !== null && isOnHosts(stage.step)) return checkHosts(stage, context);
  if (resolved === null || resolved.kind === 'manual') return { ok: true, checked: [], uncovered: 'a person does it' };
  if (action.kind === 'shell') {
    const missing = resolved.kind === 'process' ? programOf(action.source, resolved) : undefined;
    return missing ?? { ok: true, checked: [], uncovered: 'a shell command cannot be checked without running it' };
  }
  if (action.kind === 'script')
    return { ok: true, checked: ['the script is there'], uncovered: 'a script cannot be checked without running it' };
  const adapter = action.kind === 'adapter' ? stage.setting.adapters.get(action.adapter) : undefined;
  return adapter === undefined
    ? { ok: true, checked: [], uncovered: 'no adapter' }
    : preflight(stage, adapter, resolved);
}

async function preflight(
  stage: Stage,
  adapter: Adapter,
  resolved: Exclude<Resolved, { readonly kind: 'manual' }>,
): Promise<Preflight> {
  const { setting, key, limit } = stage;
  const input = resolved.input;
  const context = { signal: limit.signal, key, folder: setting.plan.folder, mode: setting.mode, env: resolved.env };
  try {
    return await adapter.preflight(input, context);
  } catch (error) {
    const reason = `the preflight of ${adapter.name} broke: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, reason, remedy: 'Correct the adapter.' };
  }
}
