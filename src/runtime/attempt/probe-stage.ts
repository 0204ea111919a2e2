/** Is the effect in place? Asked of the step's `verify`, else of its adapter, after an attempt whose end is unknown. */
import { boundHosts } from '../../engine/hosts.ts';
import { type Context, type StepState, stepState } from '../../engine/state.ts';
import { redact } from '../../kernel/redaction.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { Probe } from '../../ports/adapter.ts';
import { limitOf } from '../hosts/schedule.ts';
import type { Stage } from './process-stage.ts';
import { resolveAction } from './resolve.ts';
import { attemptFolder } from './setting.ts';
import { Values } from './values.ts';
import { prove } from './verify-stage.ts';

export async function probeStage(stage: Stage, context: Context): Promise<Probe> {
  const { setting, step, attempt, key } = stage;
  const living = setting.processes.living(attemptFolder(setting, step.id, attempt), key);
  if (living.length > 0) return { answer: 'unknown', detail: `it still lives: ${living.join(', ')}` };
  const failed = failedBeyondLimit(step, stepState(context, step.id));
  if (failed !== undefined) return { answer: 'unknown', detail: failed };
  const probed = await ask(stage, context);
  return { answer: probed.answer, detail: redact(probed.detail, setting.forms) };
}

/** It is unknown on some hosts and has failed on others: what proves the whole is asked only of what may be whole. */
function failedBeyondLimit(step: PlannedStep, { hosts }: StepState): string | undefined {
  if (step.hosts === undefined) return undefined;
  const failed = [...hosts].filter(([, { outcome }]) => !['succeeded', 'again', 'unknown'].includes(outcome));
  if (failed.length <= limitOf(boundHosts(step, step.hosts).maxFailures, step.hosts.list.length)) return undefined;
  return `it failed on ${failed.map(([name, { outcome }]) => `${name} (${outcome})`).join(', ')}, so it is not in place everywhere`;
}

async function ask(stage: Stage, context: Context): Promise<Probe> {
  const { setting, step, key, limit } = stage;
  if (step.verify !== null) {
    const proof = await prove(stage, step.verify, context);
    return { answer: proof.answer, detail: proof.reason };
  }
  const adapter = step.action.kind === 'adapter' ? setting.adapters.get(step.action.adapter) : undefined;
  const resolved = resolveAction(setting, step.action, new Values(setting, context), key);
  if (!resolved.ok) return { answer: 'unknown', detail: resolved.error };
  if (adapter?.probe === undefined || resolved.value.kind === 'manual')
    return { answer: 'unknown', detail: 'it cannot be probed' };
  const { input, env } = resolved.value;
  return adapter.probe(input, { signal: limit.signal, key, folder: setting.plan.folder, mode: setting.mode, env });
}
