/** An engine takes up a run that has none: to resume it, or because a person decided something about it. */
import { readFileSync } from 'node:fs';
import type { Decision, Person } from '../engine/protocol.ts';
import { refusal } from '../engine/refusal.ts';
import { replay } from '../engine/replay.ts';
import type { Context } from '../engine/state.ts';
import { formatDuration, parseDuration } from '../kernel/duration.ts';
import { Fault } from '../kernel/fault.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Plan } from '../plan/plan.ts';
import { allSteps, updateSteps } from '../plan/plan.ts';
import type { Undated } from '../ports/effects.ts';
import type { StepProcesses } from '../ports/step-process.ts';
import type { Home } from '../runtime/home/home.ts';
import { thisPerson } from '../runtime/home/login.ts';
import { runFolder } from '../runtime/home/run-folder.ts';
import { readSecrets, secretVariables } from '../runtime/secrets.ts';
import { createWall } from '../runtime/wall.ts';
import { conclude } from './conclude.ts';
import { type Drive, drive } from './drive.ts';
import { heldFault, holdSystem } from './hold-system.ts';
import type { Invocation, Surface } from './invocation.ts';
import { livingOf, readPlan, readRun } from './known-run.ts';
import { refuseOutdated } from './later-runs.ts';
import { loadAdapters } from './load-adapters.ts';
import { logTargetsOf } from './log-targets.ts';
import { reopenRecord, signerOf } from './open-record.ts';
import { makeSetting } from './run-setting.ts';
import { sayEnded } from './say-ended.ts';
import { unaskedClosings } from './unasked-closings.ts';
import { sayUnsigned, signingNote } from './unsigned.ts';

export interface TakeUp {
  readonly home: Home;
  readonly run: string;
  readonly call: Invocation;
  readonly surface: Surface;
  readonly waits: boolean;
  readonly processes: StepProcesses;
  readonly decisions: readonly Decision[];
}

export async function takeUpRun(takeUp: TakeUp): Promise<number> {
  const { home, run, call, surface, processes } = takeUp;
  const folder = runFolder(home, run);
  const by = thisPerson(surface.env, call.flag('by') ?? null);
  const { plan, state } = readRun(home, run);
  const { system } = plan;
  const held = holdSystem(home, system, by, run, state.context.mode);
  if (!held.ok) throw heldFault(system, held.holder, undefined, []);
  const { open } = held.value;
  let ended = false;
  try {
    if (open !== undefined && open.folder.run !== run)
      throw heldFault(system, undefined, open, livingOf(open, processes));
    // It may have ended between the look of whoever called and the lock: an engine would wait for nothing.
    const now = readRun(home, run);
    if (now.state.context.end !== null && takeUp.decisions.length === 0) return sayEnded(now, call, surface);
    if (now.state.context.end !== null) refuseOutdated(home, now);
    held.value.take(folder);
    const options = await prepareDrive(takeUp, by);
    const driven = await drive(options);
    ended = driven.leaving.kind === 'ended';
    return await conclude(driven, options, call);
  } finally {
    held.value.release(folder, ended);
  }
}

/** By so much a clock is put right all the time. */
const clockToleranceMs = 1_000;

async function prepareDrive(
  { home, run, call, surface, waits, processes, decisions }: TakeUp,
  by: Person,
): Promise<Drive> {
  const folder = runFolder(home, run);
  const record = await reopenRecord(home, folder, call, surface);
  const plan = readPlan(folder, record.entries);
  const state = replay(
    plan,
    record.entries.map((entry) => entry.event),
  );
  for (const decision of decisions) refuse(state.context, decision);
  const unsigned = sayUnsigned(run, signingNote(record.entries, signerOf(home, call, surface)), surface);
  const adapters = await loadAdapters(adaptersOf(plan), plan.folder, secretVariables(plan));
  const secrets = await readSecrets(plan, surface.env);
  const [first] = record.entries;
  const lastAt = record.entries.at(-1)?.event.at ?? 0;
  const behindMs = lastAt - Date.now();
  const wall = createWall(lastAt);
  const began = first?.event.type === 'run.began' ? { ...first.event } : { by, reason: null, at: wall.now() };
  const { mode } = state.context;
  const setting = await makeSetting({
    plan,
    adapters,
    run,
    mode,
    folder: folder.path,
    secrets,
    processes,
    env: surface.env,
    began,
    head: record.head,
  });
  const isEnded = state.context.end !== null;
  const unasked = isEnded ? unaskedClosings(state.context, adapters) : [];
  for (const line of unasked) surface.err(`${line}.\n`);
  const notes = [
    ...unasked,
    ...unsigned,
    ...tornNote(record.tornBytes),
    ...clockNote(behindMs),
    ...planNote(plan),
    ...[...secrets.missing].map(([name, why]) => `the secret ${name} is missing: ${why}`),
  ];
  const clock = behindMs > clockToleranceMs ? { clockBehindMs: behindMs } : {};
  const attached: Undated = { type: 'engine.attached', by, boot: processes.boot, pid: process.pid, notes, ...clock };
  const extended = extensions(call, plan, by, wall.now());
  return {
    home,
    setting,
    folder,
    record,
    state,
    wall,
    earlier: record.entries,
    by,
    surface,
    logTargets: logTargetsOf(call, surface),
    waits,
    begin: { kind: 'taken-up', events: inOrder(decisions, [attached, ...extended], isEnded) },
  };
}

/** An ended run hears nothing before the decision that reopens it. */
function inOrder(decisions: readonly Undated[], arrival: readonly Undated[], isEnded: boolean): readonly Undated[] {
  return isEnded ? [...decisions, ...arrival] : [...arrival, ...decisions];
}

/** The lock is held, so the state is the last word: a decision that cannot be heard is refused before anything runs. */
function refuse(context: Context, decision: Decision): void {
  const why = refusal(context, decision);
  if (why !== undefined) throw new Fault('usage', why, `See: backout status ${context.run}`);
}

function adaptersOf(plan: Plan): Set<string> {
  const names = new Set<string>();
  for (const step of [...allSteps(plan), ...updateSteps(plan)]) {
    for (const action of [step.action, step.verify?.action]) if (action?.kind === 'adapter') names.add(action.adapter);
  }
  return names;
}

function clockNote(behindMs: number): readonly string[] {
  if (behindMs <= clockToleranceMs) return [];
  return [`the clock stands ${formatDuration(behindMs)} before the last entry: health checks are asked again`];
}

function tornNote(bytes: number): readonly string[] {
  return bytes === 0 ? [] : [`a crash had cut the journal's last line short: ${bytes} bytes dropped`];
}

/** The frozen plan is used; that the file differs by now is only said. */
function planNote(plan: Plan): readonly string[] {
  try {
    const digest = sha256(readFileSync(plan.playbookFile));
    return digest === plan.playbookDigest
      ? []
      : [`${plan.playbookFile} has changed since the run began; the plan as it was then is used`];
  } catch {
    return [`${plan.playbookFile} is not there any more; the plan as it was is used`];
  }
}

function extensions(call: Invocation, plan: Plan, by: Person, now: number): readonly Undated[] {
  const ids = new Set([...allSteps(plan)].map((step) => step.id));
  return call.flags('extend').map((text) => {
    const [step = '', duration = ''] = text.split(/[= ]/);
    const ms = parseDuration(duration);
    if (!ids.has(step)) throw new Fault('usage', `--extend ${text}: the plan has no step "${step}"`);
    if (ms === undefined)
      throw new Fault(
        'usage',
        `--extend ${text}: "${duration}" is no duration`,
        'Write for example --extend restore-db=30m',
      );
    return { type: 'deadline.extended', step, deadline: now + ms, by };
  });
}
