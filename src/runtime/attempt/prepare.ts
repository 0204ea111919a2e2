/** From "this step is due" to its intent: the condition asked, the values filled in, the deadline set. No effects. */
import { gateFault } from '../../engine/gate.ts';
import { nothingSeen } from '../../engine/nothing-seen.ts';
import type { Command } from '../../engine/protocol.ts';
import { type Context, isTelling } from '../../engine/state.ts';
import { redact } from '../../kernel/redaction.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { Undated } from '../../ports/effects.ts';
import type { Resolved } from './resolve.ts';
import { resolveStep } from './resolve-step.ts';
import { attemptKey, type RunSetting } from './setting.ts';
import { Values } from './values.ts';

export interface Prepared {
  readonly event: Undated;
  /** What `carry-out` will do; null where nothing is to be done, or cannot be known (a dry run alone). */
  readonly resolved: Resolved | null;
}

/** On SIGTERM the engine is killed soon: telling gets this long, and what is not sent then is owed. */
const urgentTellingMs = 2_500;

export function prepare(
  setting: RunSetting,
  { step: id, attempt }: Extract<Command, { readonly do: 'prepare' }>,
  context: Context,
  now: number,
): Prepared {
  const step = context.index.get(id);
  if (step === undefined) return refused(id, attempt, `the plan has no step ${id}`);
  const values = new Values(setting, context, id);
  const begins = (does: readonly string[]): Undated => ({
    type: 'step.started',
    step: id,
    attempt,
    key: attemptKey(setting.run, id, attempt),
    deadline: deadlineOf(step, context, now),
    boot: setting.processes.boot,
    does,
    env: step.action.kind === 'manual' ? [] : Object.keys(step.action.env).sort(),
  });
  if (typeof step.condition === 'string') {
    const asked = values.evaluate(step.condition);
    if (!asked.ok && lacksOutputs(setting, step)) return { event: begins([]), resolved: null };
    if (!asked.ok) return refused(id, attempt, `its \`if\` cannot be answered: ${asked.error}`);
    if (typeof asked.value !== 'boolean')
      return refused(id, attempt, `its \`if\` gave ${JSON.stringify(asked.value)}, not true or false`);
    if (!asked.value)
      return { event: { type: 'step.excluded', step: id, because: `\`${step.condition}\` is false` }, resolved: null };
  }
  const unproven = gateFault(context, step);
  if (unproven !== undefined) return refused(id, attempt, unproven);
  const resolved = resolveStep(setting, { step, attempt }, values, context);
  if (!resolved.ok && lacksOutputs(setting, step)) return { event: begins([]), resolved: null };
  if (!resolved.ok) return refused(id, attempt, redact(resolved.error, setting.forms));
  const does = resolved.value.does.map((line) => redact(line, setting.forms));
  return { event: begins(does), resolved: resolved.value };
}

/** A dry run has no outputs of earlier steps: a step that asks for them cannot be looked at, and that is no fault of it. */
const lacksOutputs = ({ mode }: RunSetting, { action, condition, hosts }: PlannedStep): boolean =>
  mode === 'dry-run' && /\bsteps\s*[.[]/.test(JSON.stringify([action, condition, hosts ?? null]));

export function deadlineOf(step: PlannedStep, context: Context, now: number): number | null {
  const urgent = context.stop?.urgent === true && isTelling(step.place);
  const limit = step.timeoutMs ?? Number.POSITIVE_INFINITY;
  const ms = urgent ? Math.min(limit, urgentTellingMs) : limit;
  return Number.isFinite(ms) && step.action.kind !== 'manual' ? now + ms : null;
}

function refused(step: string, attempt: number, reason: string): Prepared {
  return {
    event: { type: 'step.failed', step, attempt, class: 'preparation', end: { ...nothingSeen, reason } },
    resolved: null,
  };
}
