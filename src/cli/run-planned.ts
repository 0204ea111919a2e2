/** A run of a plan, wherever that comes from: everything between the plan and the exit code (P3, P7). */
import type { Person } from '../engine/protocol.ts';
import { Fault } from '../kernel/fault.ts';
import { planDigest } from '../plan/digest.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepProcesses } from '../ports/step-process.ts';
import { type Home, openHome } from '../runtime/home/home.ts';
import { thisPerson } from '../runtime/home/login.ts';
import type { RunFolder } from '../runtime/home/run-folder.ts';
import { createStepProcesses } from '../runtime/process/step-processes.ts';
import { readSecrets, type Secrets } from '../runtime/secrets.ts';
import { askToBegin } from './ask-to-begin.ts';
import { type Beginning, beginRun, newRunFolder } from './begin-run.ts';
import { conclude } from './conclude.ts';
import { drive, isTerminal } from './drive.ts';
import { exit } from './exit-codes.ts';
import { heldFault, holdSystem } from './hold-system.ts';
import type { Invocation, Surface } from './invocation.ts';
import { livingOf } from './known-run.ts';
import { windowNotes } from './late/window-notes.ts';
import { printDiagnostics } from './lint-output.ts';
import type { loadPlan } from './load-plan.ts';
import { logTargetsOf } from './log-targets.ts';
import { followOnce, runOfKey } from './once.ts';
import { signerOf } from './open-record.ts';
import { rehearsalNotes } from './rehearsal/policy-of.ts';

/** A run of a plan, wherever that comes from. */
export interface PlannedRun {
  readonly call: Invocation;
  readonly surface: Surface;
  readonly load: () => ReturnType<typeof loadPlan>;
  /** Before anything of a new real run is made; throws a Fault where it may not begin. */
  readonly mayBegin?: (home: Home) => void;
  /** The run's id is settled, its system held, and nothing of it has begun. */
  readonly begins?: (home: Home, run: string) => void;
}

export async function runPlanned(planned: PlannedRun): Promise<number> {
  const { call } = planned;
  const isDry = call.has('dry-run');
  const processes = createStepProcesses({ launch: isDry ? 'on-demand' : 'now' });
  try {
    return await begin(planned, isDry, processes);
  } finally {
    processes.close();
  }
}

async function begin({ call, surface, load, ...hooks }: PlannedRun, isDry: boolean, processes: StepProcesses) {
  const planned = await load();
  if (!planned.ok) {
    printDiagnostics(planned.error, surface);
    surface.err('backout: the playbook cannot be run; nothing was done\n');
    return exit.usage;
  }
  const { plan, warnings } = planned.value;
  if (warnings.length > 0) printDiagnostics(warnings, surface);
  refuseEmpty(plan);
  const secrets = await readSecrets(plan, surface.env);
  refuseMissing(plan, secrets);
  refuseSecretParams(plan, secrets);
  const home = openHome(call.flag('home'), surface.env);
  // What is wrong with the call is said before anything of a run is made.
  logTargetsOf(call, surface);
  signerOf(home, call, surface);
  const by = thisPerson(surface.env, call.flag('by') ?? null);
  const waits = call.has('wait') || isTerminal();
  const mode = isDry ? 'dry-run' : 'real';
  const onceKey = onceKeyOf(call, plan);
  const beginning = {
    home,
    planned: planned.value,
    mode,
    by,
    onceKey,
    secrets,
    processes,
    call,
    surface,
    waits,
  } as const;
  return isDry ? runDry(beginning) : runReal(beginning, hooks);
}

export function refuseEmpty(plan: Plan): void {
  if (Object.values(plan.phases).some((phase) => phase.steps.length > 0)) return;
  throw new Fault(
    'usage',
    `${plan.playbookFile} has no steps: there is nothing to back out`,
    'Add one to phases.restore.',
  );
}

export function refuseMissing(plan: Plan, { missing }: Secrets): void {
  const [first, ...others] = [...missing].map(([name, why]) => `the secret ${name} is missing: ${why}`);
  if (first === undefined) return;
  throw new Fault(
    'usage',
    [first, ...others].join('; '),
    `Nothing was run. Give the secrets of ${plan.name}, then run again.`,
  );
}

/** P9: parameters stand in the plan, the report and the status; a secret among them would too. */
export function refuseSecretParams(plan: Plan, { values }: Secrets): void {
  for (const [name, value] of Object.entries(plan.params)) {
    const secret = [...values].find(([, text]) => JSON.stringify(value).includes(JSON.stringify(text).slice(1, -1)));
    if (secret === undefined) continue;
    const remedy = 'Nothing was run. Let the playbook take it from secrets, not from a parameter.';
    throw new Fault(
      'usage',
      `the parameter ${name} holds the secret ${secret[0]}, and parameters are recorded`,
      remedy,
    );
  }
}

function onceKeyOf(call: Invocation, plan: Plan): string | null {
  const named = call.flag('once-key') ?? call.args[1];
  if (named !== undefined) return named;
  if (!call.has('once')) return null;
  const { id } = plan.change;
  return `${typeof id === 'string' ? id : plan.name}/${planDigest(plan)}`;
}

async function runDry(beginning: Beginning): Promise<number> {
  const options = await beginRun(newRunFolder(beginning.home), beginning);
  return conclude(await drive(options), options, beginning.call);
}

type Hooks = Pick<PlannedRun, 'mayBegin' | 'begins'>;

async function runReal(beginning: Beginning, hooks: Hooks): Promise<number> {
  const { home, planned, by, onceKey, call, surface } = beginning;
  const { plan } = planned;
  if (onceKey !== null && !call.has('again')) {
    const known = runOfKey(home, plan.system, onceKey);
    if (known !== undefined) return followOnce(home, known, beginning);
  }
  hooks.mayBegin?.(home);
  const rehearsed = await rehearsalNotes(beginning);
  const late = await windowNotes(beginning);
  if (late === undefined) return exit.usage;
  const agreed = await askToBegin(plan, home, call, surface);
  if (!agreed) return exit.usage;
  return startReal(home, by, { ...beginning, notes: [...rehearsed, ...late] }, hooks);
}

/** Begins it under the lock of its system, which a rehearsal has of its own. */
export async function startReal(home: Home, by: Person, beginning: Beginning, hooks: Hooks = {}): Promise<number> {
  const { plan } = beginning.planned;
  const held = holdSystem(home, plan.system, by, '', beginning.mode);
  if (!held.ok)
    return heldElsewhere(plan, held.holder.record?.run, beginning, () =>
      heldFault(plan.system, held.holder, undefined, []),
    );
  const { open } = held.value;
  if (open !== undefined) {
    held.value.release(undefined, false);
    return heldElsewhere(plan, open.folder.run, beginning, () =>
      heldFault(plan.system, undefined, open, livingOf(open, beginning.processes)),
    );
  }
  let folder: RunFolder | undefined;
  let ended = false;
  try {
    // What is looked at before the lock may have changed until it is held.
    hooks.mayBegin?.(home);
    folder = newRunFolder(home);
    held.value.take(folder);
    hooks.begins?.(home, folder.run);
    const options = await beginRun(folder, beginning);
    const driven = await drive(options);
    ended = driven.leaving.kind === 'ended';
    return await conclude(driven, options, beginning.call);
  } finally {
    held.value.release(folder, ended);
  }
}

/** Two callers with one key at the same moment: the second gets the first one's run. */
function heldElsewhere(
  plan: Plan,
  run: string | undefined,
  beginning: Beginning,
  fault: () => Fault,
): Promise<number> | number {
  const { home, onceKey, call } = beginning;
  if (onceKey !== null && !call.has('again')) {
    const known = runOfKey(home, plan.system, onceKey);
    if (known !== undefined && (run === undefined || known === run || run === ''))
      return followOnce(home, known, beginning);
  }
  throw fault();
}
