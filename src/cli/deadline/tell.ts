/**
 * Word to audiences of the playbook as the last moment nears: at 30 and at 10 minutes, and when it has come. Each word
 * is given once, whoever counts down and however often; one that could not be delivered is tried again a minute later.
 */
import { contextOf } from '../../engine/state.ts';
import { Fault } from '../../kernel/fault.ts';
import { redact } from '../../kernel/redaction.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { resolveAction } from '../../runtime/attempt/resolve.ts';
import type { RunSetting } from '../../runtime/attempt/setting.ts';
import { Values } from '../../runtime/attempt/values.ts';
import { openHome } from '../../runtime/home/home.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { claimTelling } from '../../runtime/home/told-deadlines.ts';
import { createStepProcesses } from '../../runtime/process/step-processes.ts';
import { readSecrets } from '../../runtime/secrets.ts';
import type { Deadline } from '../../views/deadline.ts';
import { deadlineMessage, dueTelling, withMessage } from '../../views/deadline-message.ts';
import type { Invocation, Surface } from '../invocation.ts';
import type { Adapters } from '../load-adapters.ts';
import { makeSetting } from '../run-setting.ts';

/** Gives the word that is due, if one is; resolves when everybody was told or tried. */
export type Teller = (deadline: Deadline) => Promise<void>;

const againMs = 60_000;

export async function createTeller(
  { plan, adapters }: { readonly plan: Plan; readonly adapters: Adapters },
  call: Invocation,
  surface: Surface,
): Promise<Teller> {
  const audiences = call.flags('tell').map((name) => audienceOf(plan, name));
  if (audiences.length === 0) return async () => {};
  const home = openHome(call.flag('home'), surface.env);
  const about = typeof plan.change.id === 'string' ? plan.change.id : plan.system;
  const setting = await settingFor(plan, adapters, call, surface);
  const failedAt = new Map<string, number>();
  return async (deadline) => {
    const now = Date.now();
    const due = dueTelling(deadline.at - now);
    if (due === undefined) return;
    for (const audience of audiences) {
      const mark = `${audience.id} ${new Date(deadline.window.ends).toISOString()} ${due / 60_000}m`;
      if (now - (failedAt.get(mark) ?? 0) < againMs) continue;
      const telling = claimTelling(home, about, mark);
      if (telling === undefined) continue;
      const trouble = await send(audience, `deadline.${about}.${mark}`, deadline, setting);
      if (trouble === null) {
        telling.told();
        surface.err(`Told ${audience.name}.\n`);
      } else {
        telling.failed();
        failedAt.set(mark, now);
        surface.err(`${audience.name} could NOT be told: ${redact(trouble, setting.forms)}\n`);
      }
    }
  };
}

function audienceOf({ updates, playbookFile }: Plan, name: string): PlannedStep {
  const all = (updates?.steps ?? []).filter(({ audience }) => audience !== undefined);
  const found = all.find((step) => step.id === `update-${name}`);
  if (found !== undefined) return found;
  const known = all.map(({ id }) => id.slice('update-'.length)).join(', ');
  const remedy = known === '' ? 'Add it to communication.audiences.' : `It has: ${known}`;
  throw new Fault('usage', `--tell ${name}: ${playbookFile} has no audience of that name`, remedy);
}

async function settingFor(plan: Plan, adapters: Adapters, call: Invocation, surface: Surface): Promise<RunSetting> {
  return makeSetting({
    plan,
    adapters,
    run: 'deadline',
    mode: 'real',
    folder: plan.folder,
    secrets: await readSecrets(plan, surface.env),
    processes: createStepProcesses({ launch: 'on-demand' }),
    env: surface.env,
    began: { by: thisPerson(surface.env, call.flag('by') ?? null), reason: null, at: Date.now() },
    head: () => '',
  });
}

/** By its channel, else by its fallback. Answers why it was not told; null: it was. */
async function send(step: PlannedStep, key: string, deadline: Deadline, setting: RunSetting): Promise<string | null> {
  const troubles: string[] = [];
  for (const channel of [step, ...step.contingency]) {
    const trouble = await sendBy(channel, key, deadline, setting).catch((error: unknown) => String(error));
    if (trouble === null) return null;
    troubles.push(trouble);
  }
  return troubles.join('; its fallback: ');
}

async function sendBy(channel: PlannedStep, key: string, deadline: Deadline, setting: RunSetting) {
  const { action } = channel;
  const message = deadlineMessage(setting.plan, deadline, Date.now());
  const input = action.kind === 'adapter' ? withMessage(action.input, message) : undefined;
  if (action.kind !== 'adapter' || input === undefined) return 'its channel cannot carry a message of our own';
  const values = new Values(setting, contextOf(setting.plan));
  const resolved = resolveAction(setting, { ...action, input }, values, key);
  if (!resolved.ok) return resolved.error;
  if (resolved.value.kind !== 'perform' || resolved.value.adapter.perform === undefined)
    return `${action.adapter} cannot be asked outside a run`;
  const { adapter, env } = resolved.value;
  const signal = AbortSignal.timeout(channel.timeoutMs ?? 30_000);
  const context = { signal, key, folder: setting.plan.folder, mode: setting.mode, env };
  const performed = await adapter.perform?.(resolved.value.input, context);
  return performed?.ok === true ? null : (performed?.reason ?? 'it gave no answer');
}
