/**
 * A step in a dry run: its preflight is real, its action is only said, unless it only looks: then it is done, once.
 * What cannot be checked is said too (P10). Its contingencies are looked at as well: a way back that is not there fails
 * the rehearsal, for the night when it is needed is too late to learn it.
 */

import { type Measured, measuredWords } from '../../engine/measured.ts';
import { nothingSeen } from '../../engine/nothing-seen.ts';
import type { Context } from '../../engine/state.ts';
import { redact } from '../../kernel/redaction.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { Adapter, Preflight } from '../../ports/adapter.ts';
import type { Undated } from '../../ports/effects.ts';
import { checkHosts } from '../hosts/check-stage.ts';
import { isOnHosts } from '../hosts/resolve.ts';
import { worded } from './attempt-end.ts';
import { measure } from './measure.ts';
import type { Stage } from './process-stage.ts';
import { programOf } from './program.ts';
import type { Resolved, ResolvedTask } from './resolve.ts';
import { resolveStep } from './resolve-step.ts';
import { Values } from './values.ts';

type Found =
  | { readonly ok: true; readonly uncovered: string | null; readonly measured: Measured | null }
  | { readonly ok: false; readonly reason: string; readonly lastWords: string | null };

export async function simulateStage(stage: Stage, resolved: Resolved | null, context: Context): Promise<Undated> {
  const { forms } = stage.setting;
  const at = { step: stage.step.id, attempt: stage.attempt };
  const all = [await look(stage, resolved, context)];
  const contingencies = stage.step.contingency.filter(({ condition }) => condition !== false);
  for (const contingency of contingencies) all.push(await lookContingency(stage, contingency, context));
  // What was cut short by a stop has measured nothing.
  if (stage.limit.reached === 'cancelled')
    return { type: 'step.cancelled', ...at, end: worded('it was ended by a stop', forms) };
  const failed = all.filter((each) => !each.ok);
  if (failed.length > 0) {
    const reason = failed.map((each) => each.reason.replace(/\.$/, '')).join('; ');
    const words = failed.flatMap((each) => each.lastWords ?? []).join('\n');
    const lastWords = words === '' ? null : redact(words, forms).slice(-2_048);
    return { type: 'step.failed', ...at, class: 'check', end: worded(`${reason}.`, forms, { lastWords }) };
  }
  const uncovered = all.flatMap((each) => (each.ok && each.uncovered !== null ? [each.uncovered] : []));
  const measured = measuredWords(all.flatMap((each) => (each.ok && each.measured !== null ? [each.measured] : [])));
  return {
    type: 'step.simulated',
    ...at,
    end: measured === null ? nothingSeen : worded(measured, forms),
    uncovered: uncovered.length === 0 ? null : uncovered.join('; '),
  };
}

async function lookContingency(stage: Stage, contingency: PlannedStep, context: Context): Promise<Found> {
  const { setting, attempt } = stage;
  const named = (text: string) => `contingency ${contingency.id}: ${text}`;
  const resolved = resolveStep(setting, { step: contingency, attempt }, new Values(setting, context), context);
  if (!resolved.ok) return { ok: true, uncovered: named(resolved.error), measured: null };
  const found = await look({ ...stage, step: contingency }, resolved.value, context);
  if (!found.ok) return { ...found, reason: named(found.reason) };
  const { uncovered, measured } = found;
  return {
    ok: true,
    uncovered: uncovered === null ? null : named(uncovered),
    measured: measured === null ? null : { ...measured, detail: named(measured.detail) },
  };
}

const lacksOutput = 'it asks for what an earlier step puts out, which a dry run does not have';

/** The preflight, and then the step itself where that only looks. */
async function look(stage: Stage, resolved: Resolved | null, context: Context): Promise<Found> {
  if (resolved === null) return { ok: true, uncovered: lacksOutput, measured: null };
  const checked = await check(stage, resolved, context);
  if (!checked.ok)
    return { ok: false, reason: `${checked.reason.replace(/\.$/, '')}. ${checked.remedy}`, lastWords: null };
  const { uncovered } = checked;
  if (!onlyLooks(stage, resolved)) return { ok: true, uncovered, measured: null };
  const found = await measure(stage, resolved);
  if (found.kind === 'measured') return { ok: true, uncovered: null, measured: found };
  return { ok: false, reason: found.reason, lastWords: found.lastWords };
}

function onlyLooks({ step, setting }: Stage, resolved: Resolved): resolved is Exclude<Resolved, ResolvedTask> {
  const { action } = step;
  if (resolved.kind === 'manual' || action.kind !== 'adapter' || isOnHosts(step)) return false;
  return setting.adapters.get(action.adapter)?.readOnly === true;
}

async function check(stage: Stage, resolved: Resolved, context: Context): Promise<Preflight> {
  const { action } = stage.step;
  if (isOnHosts(stage.step)) return checkHosts(stage, context);
  if (resolved.kind === 'manual') return { ok: true, checked: [], uncovered: 'a person does it' };
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
