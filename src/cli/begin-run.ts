/** A new run comes to be: its folder, the frozen plan and scripts, the journal, and the first entry (P3, P7). */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { initialState } from '../engine/decide.ts';
import type { Mode, Person } from '../engine/protocol.ts';
import { Fault } from '../kernel/fault.ts';
import type { JsonObject } from '../kernel/json.ts';
import { sha256 } from '../kernel/sha256.ts';
import { planDocument } from '../plan/digest.ts';
import type { Undated } from '../ports/effects.ts';
import type { StepProcesses } from '../ports/step-process.ts';
import { writeWhole } from '../runtime/home/durable-file.ts';
import { type Home, orUnusable } from '../runtime/home/home.ts';
import { createRunFolder, type RunFolder } from '../runtime/home/run-folder.ts';
import { randomBytes } from '../runtime/random-bytes.ts';
import type { Secrets } from '../runtime/secrets.ts';
import { createWall } from '../runtime/wall.ts';
import { unclosedWords } from '../views/unclosed.ts';
import type { Drive } from './drive.ts';
import type { Invocation, Surface } from './invocation.ts';
import type { PlanAndAdapters } from './load-plan.ts';
import { logTargetsOf } from './log-targets.ts';
import { openRecord, signerOf } from './open-record.ts';
import { makeSetting } from './run-setting.ts';
import { sayUnsigned, unsignedBackoutNote } from './unsigned.ts';
import { version } from './version.ts';

export interface Beginning {
  readonly home: Home;
  readonly planned: PlanAndAdapters;
  readonly mode: Mode;
  readonly by: Person;
  readonly onceKey: string | null;
  readonly secrets: Secrets;
  readonly processes: StepProcesses;
  readonly call: Invocation;
  readonly surface: Surface;
  readonly waits: boolean;
  /** Recorded with the beginning. */
  readonly notes?: readonly string[];
}

export function newRunFolder(home: Home): RunFolder {
  return createRunFolder(home, Date.now(), () => randomBytes(10));
}

export async function beginRun(folder: RunFolder, beginning: Beginning): Promise<Drive> {
  const { planned, mode, by, secrets, processes, call, surface } = beginning;
  const { plan, adapters } = planned;
  const document = planDocument(plan);
  freeze(folder, beginning, document);
  const record = await openRecord(beginning.home, folder, call, surface);
  const wall = createWall(0);
  const reason = call.flag('reason') ?? null;
  const setting = await makeSetting({
    plan,
    adapters,
    run: folder.run,
    mode,
    folder: folder.path,
    secrets,
    processes,
    env: surface.env,
    began: { by, reason, at: wall.now() },
    head: record.head,
  });
  const unclosed = unclosedWords(plan);
  const unsigned =
    mode === 'real'
      ? await unsignedBackoutNote(beginning.home, plan, signerOf(beginning.home, call, surface))
      : undefined;
  const notes = [
    ...(unclosed === undefined ? [] : [unclosed]),
    ...sayUnsigned(folder.run, unsigned, surface),
    ...(beginning.notes ?? []),
  ];
  const began: Undated = {
    type: 'run.began',
    run: folder.run,
    mode,
    planDigest: sha256(document),
    playbook: plan.name,
    system: plan.system,
    change: plan.change,
    by,
    reason,
    boot: processes.boot,
    pid: process.pid,
    version,
    onceKey: beginning.onceKey,
    withoutWaiting: !beginning.waits,
    ...(notes.length === 0 ? {} : { notes }),
    ...(isEmpty(planned.paramsBack) ? {} : { paramsBack: planned.paramsBack }),
    ...(plan.kind === 'change' && call.has('backout-on-failure') ? { backoutOnFailure: asked(call) } : {}),
  };
  return {
    home: beginning.home,
    setting,
    folder,
    record,
    state: initialState(plan),
    wall,
    earlier: [],
    by,
    surface,
    logTargets: logTargetsOf(call, surface),
    waits: beginning.waits,
    begin: { kind: 'new', began },
  };
}

const isEmpty = (params: JsonObject | undefined): params is undefined => Object.keys(params ?? {}).length === 0;

/** What whoever takes the run up needs to know of it. */
const asked = (call: Invocation) => ({ irreversible: call.flag('irreversible') === 'ask' ? 'ask' : 'refuse' }) as const;

/** A resume uses what stands here, whatever becomes of the playbook's folder. */
function freeze(folder: RunFolder, { planned, home }: Beginning, document: string): void {
  orUnusable(home.path, () => {
    for (const file of planned.plan.files) {
      const target = join(folder.files, file.name);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(file.source, target);
      if (sha256(readFileSync(target)) !== file.sha256) {
        throw new Fault('usage', `${file.source} changed while it was read`, 'Run again when nobody edits it.');
      }
    }
    writeWhole(folder.plan, `${document}\n`, folder.modes.file);
  });
}
