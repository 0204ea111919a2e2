/** A run of a plan, wherever that comes from: everything between the plan and the exit code (P3, P7). */
import type { Person } from '../engine/protocol.ts';
import { Fault } from '../kernel/fault.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepProcesses } from '../ports/step-process.ts';
import { delay } from '../runtime/delay.ts';
import { type Home, openHome } from '../runtime/home/home.ts';
import type { RunFolder } from '../runtime/home/run-folder.ts';
import { createStepProcesses } from '../runtime/process/step-processes.ts';
import { askToBegin } from './ask-to-begin.ts';
import { type Beginning, beginRun, newRunFolder } from './begin-run.ts';
import { conclude } from './conclude.ts';
import { drive, isTerminal } from './drive.ts';
import { exit } from './exit-codes.ts';
import { groundOf, refuseSecretsSaid } from './ground.ts';
import { type HeldSystem, heldFault, holdSystem } from './hold-system.ts';
import type { Invocation, Surface } from './invocation.ts';
import { hasBegun, livingOf } from './known-run.ts';
import { windowNotes } from './late/window-notes.ts';
import { printDiagnostics } from './lint-output.ts';
import type { loadPlan } from './load-plan.ts';
import { followOnce, onceKeyOf, runBegunBefore, runOfKey } from './once.ts';
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
  // What a new run would need is no reason not to show the run that there is.
  const known = isDry ? undefined : runBegunBefore(plan, call, surface);
  if (known !== undefined) return followKnown(known, plan, processes, call, surface);
  const ground = await groundOf(plan, call, surface);
  const mode = isDry ? 'dry-run' : 'real';
  const onceKey = onceKeyOf(call, plan);
  const beginning = { ...ground, planned: planned.value, mode, onceKey, processes, call, surface } as const;
  return isDry ? runDry(beginning, hooks) : runReal(beginning, hooks);
}

async function followKnown(run: string, plan: Plan, processes: StepProcesses, call: Invocation, surface: Surface) {
  await refuseSecretsSaid(plan, call, surface);
  const waits = call.has('wait') || isTerminal();
  return followOnce(openHome(call.flag('home'), surface.env), run, { call, surface, waits, processes });
}

async function runDry(beginning: Beginning, { mayBegin }: Hooks): Promise<number> {
  const { home, call, surface } = beginning;
  const options = await beginRun(newRunFolder(home), beginning);
  const code = await conclude(await drive(options), options, call);
  const refusal = refusalOf(() => mayBegin?.(home));
  if (refusal !== undefined) {
    const remedy = refusal.remedy === undefined ? '' : `\n  ${refusal.remedy}`;
    surface.err(`\nAs things are it would be refused for real: ${refusal.message}${remedy}\n`);
  }
  return code;
}

function refusalOf(begin: () => void): Fault | undefined {
  try {
    begin();
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error;
  }
}

type Hooks = Pick<PlannedRun, 'mayBegin' | 'begins'>;

async function runReal(beginning: Beginning, hooks: Hooks): Promise<number> {
  const { home, planned, by, call, surface } = beginning;
  const { plan } = planned;
  const refusal = refusalOf(() => hooks.mayBegin?.(home));
  if (refusal !== undefined) {
    // What stands in the way may be the first call with this key.
    const known = await runOfFirstCall(beginning, () => refusal.code === 'held');
    if (known === undefined) throw refusal;
    return followOnce(home, known, beginning);
  }
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
  if (!held.ok) {
    const known = await runOfFirstCall(beginning, () => isBeginning(home, held.holder.record?.run));
    if (known === undefined) throw heldFault(plan.system, held.holder, undefined, []);
    return followOnce(home, known, beginning);
  }
  const { open } = held.value;
  // Another caller with its key may have been faster, and have come to its end, since that was looked for.
  const known = knownRun(beginning);
  if (open === undefined && known === undefined) return driveHeld(held.value, home, beginning, hooks);
  held.value.release(undefined, false);
  if (known !== undefined) return followOnce(home, known, beginning);
  throw heldFault(plan.system, undefined, open, open === undefined ? [] : livingOf(open, beginning.processes));
}

async function driveHeld(held: HeldSystem, home: Home, beginning: Beginning, hooks: Hooks): Promise<number> {
  let folder: RunFolder | undefined;
  let ended = false;
  try {
    // What is looked at before the lock may have changed until it is held.
    hooks.mayBegin?.(home);
    folder = newRunFolder(home);
    held.take(folder);
    hooks.begins?.(home, folder.run);
    const options = await beginRun(folder, beginning);
    const driven = await drive(options);
    ended = driven.leaving.kind === 'ended';
    return await conclude(driven, options, beginning.call);
  } finally {
    held.release(folder, ended);
  }
}

const patienceMs = 5_000;
const lookMs = 100;

/** Whoever holds the system may be short of its first entry. */
const isBeginning = (home: Home, run: string | undefined): boolean =>
  run === undefined || run === '' || !hasBegun(home, run);

/** Two callers with one key at the same moment: the second gets the first one's run. Undefined: there is none. */
async function runOfFirstCall(beginning: Beginning, mayBeBeginning: () => boolean): Promise<string | undefined> {
  const until = performance.now() + patienceMs;
  for (;;) {
    // Asked in this order: what begins between the two questions is found by the second.
    const isWorthWaiting = beginning.onceKey !== null && mayBeBeginning() && performance.now() < until;
    const known = knownRun(beginning);
    if (known !== undefined || !isWorthWaiting) return known;
    await delay(lookMs);
  }
}

function knownRun({ home, planned, onceKey, call }: Beginning): string | undefined {
  return onceKey === null || call.has('again') ? undefined : runOfKey(home, planned.plan.system, onceKey);
}
