/** Is the effect in place? Asked of the step's `verify`, else of its adapter, after an attempt whose end is unknown. */
import type { Context } from '../../engine/state.ts';
import { redact } from '../../kernel/redaction.ts';
import type { Probe } from '../../ports/adapter.ts';
import type { Stage } from './process-stage.ts';
import { resolveAction } from './resolve.ts';
import { attemptFolder } from './setting.ts';
import { Values } from './values.ts';
import { prove } from './verify-stage.ts';

export async function probeStage(stage: Stage, context: Context): Promise<Probe> {
  const { setting, step, attempt, key } = stage;
  const living = setting.processes.living(attemptFolder(setting, step.id, attempt), key);
  if (living.length > 0) return { answer: 'unknown', detail: `it still lives: ${living.join(', ')}` };
  const probed = await ask(stage, context);
  return { answer: probed.answer, detail: redact(probed.detail, setting.forms) };
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
