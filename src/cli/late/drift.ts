/**
 * What has become of the ground that a late backout stands on: each restore step is asked whether it can still be done,
 * and what has been written since its backup was made. Only looks; side by side, each for a bounded time.
 */
import { contextOf } from '../../engine/state.ts';
import { redact } from '../../kernel/redaction.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { Adapter, AdapterContext } from '../../ports/adapter.ts';
import { resolveAction } from '../../runtime/attempt/resolve.ts';
import { attemptKey, type RunSetting } from '../../runtime/attempt/setting.ts';
import { Values } from '../../runtime/attempt/values.ts';
import type { Drift } from '../../views/late-text.ts';
import type { Beginning } from '../begin-run.ts';
import { makeSetting } from '../run-setting.ts';

const eachMs = 10_000;
/** More are counted, not asked: their answers would fill the screen of somebody in a hurry. */
const askedAtMost = 12;

export async function driftOf(beginning: Beginning): Promise<readonly Drift[]> {
  const { planned, by, home, secrets, processes, surface } = beginning;
  const { plan, adapters } = planned;
  const setting = await makeSetting({
    plan,
    adapters,
    run: 'late',
    mode: 'dry-run',
    folder: home.path,
    secrets,
    processes,
    env: surface.env,
    began: { by, reason: null, at: Date.now() },
    head: () => '',
  });
  const steps = plan.phases.restore.steps.filter(({ condition }) => condition !== false).slice(0, askedAtMost);
  return Promise.all(steps.map((step) => lookAt(step, setting).catch((error: unknown) => broken(step, error))));
}

function broken({ id }: PlannedStep, error: unknown): Drift {
  return { step: id, said: [], unknown: `it could not be asked: ${error instanceof Error ? error.message : error}` };
}

async function lookAt(step: PlannedStep, setting: RunSetting): Promise<Drift> {
  const { action, id } = step;
  if (action.kind !== 'adapter') return { step: id, said: [], unknown: unknowable[action.kind] };
  const adapter = setting.adapters.get(action.adapter);
  const resolved = resolveAction(setting, action, new Values(setting, contextOf(setting.plan)), key(setting, id));
  if (adapter === undefined || !resolved.ok || resolved.value.kind === 'manual')
    return { step: id, said: [], unknown: resolved.ok ? 'it cannot be asked' : resolved.error };
  const { input, env } = resolved.value;
  const abort = new AbortController();
  const context: AdapterContext = {
    signal: abort.signal,
    key: key(setting, id),
    folder: setting.plan.folder,
    mode: 'dry-run',
    env,
  };
  const drift = await within(eachMs, abort, () => ask(adapter, input, context));
  const clean = (text: string): string => redact(text, setting.forms);
  if (drift === undefined) return { step: id, said: [], unknown: `no answer within ${eachMs / 1_000} s` };
  return { step: id, said: drift.said.map(clean), unknown: drift.unknown === null ? null : clean(drift.unknown) };
}

const key = (setting: RunSetting, step: string): string => attemptKey(setting.run, step, 1);

const unknowable = {
  shell: 'a shell command cannot tell',
  script: 'a script cannot tell',
  manual: 'a person does it',
} as const;

async function ask(adapter: Adapter, input: unknown, context: AdapterContext): Promise<Omit<Drift, 'step'>> {
  try {
    const [ready, written] = await Promise.all([
      adapter.preflight(input, context),
      adapter.writtenSince?.(input, context) ?? null,
    ]);
    const since = written === null ? [] : [written];
    if (!ready.ok) return { said: [`it can NOT be done now: ${ready.reason}`, ...since], unknown: null };
    const untold = written === null ? 'what was written since its backup, it cannot tell' : null;
    return { said: [...ready.checked, ...since], unknown: untold };
  } catch (error) {
    return { said: [], unknown: `it could not be asked: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Undefined: not in time; what was begun is told to end. */
async function within<T>(ms: number, abort: AbortController, work: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}
