/**
 * One process of an attempt, from wherever it stands to its end: started, found living, or found ended (P4); ended by
 * us when its limit is reached (P6).
 */
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessEnd, StepProcesses } from '../../ports/step-process.ts';
import { aborted, type Limit } from './limit.ts';
import type { ResolvedProcess } from './resolve.ts';

export interface ProcessTask {
  readonly processes: StepProcesses;
  readonly folder: string;
  readonly key: string;
  readonly limit: Limit;
  readonly maxOutputBytes: number;
  readonly redact: readonly string[];
  /** The boot in which the intent was written; null when this engine wrote it just now: then there is nothing to find. */
  readonly intentBoot: string | null;
  /** Asks it to end by itself first, when the limit is reached; resolves when there is no more to wait for. */
  readonly askToEnd?: (ending: Promise<ProcessEnd>) => Promise<void>;
  /** Values are filled in only when the process has to be started. */
  readonly resolve: () => ResolvedProcess;
}

export interface ProcessResult {
  readonly end: ProcessEnd;
  /** It had ended before this engine came. */
  readonly late: boolean;
  /** What could not be ended, by name. */
  readonly survivors: readonly string[];
}

/** How long a process whose every part is gone may take to leave its status. */
const statusWithinMs = 3_000;

export async function runProcess(task: ProcessTask): Promise<ProcessResult> {
  const seen = task.intentBoot === null ? { kind: 'none' as const } : task.processes.look(task.folder, task.intentBoot);
  if (seen.kind === 'ended') return { end: seen.end, late: true, survivors: await remains(task, seen.end) };
  return limited(task, seen.kind === 'living' ? task.processes.follow(task.folder) : launch(task));
}

/**
 * What may live on although the attempt is over (P4: no retry beside it). A supervisor may be gone while its command
 * lives: that is left alone. A command that somebody has killed (the kernel, for want of memory) may leave its children
 * behind, half way through: they are ended. What a command that ended by itself leaves behind is meant to live.
 */
async function remains(task: ProcessTask, end: ProcessEnd): Promise<readonly string[]> {
  if (end.kind === 'lost') return task.processes.living(task.folder, task.key);
  if (end.kind !== 'ended' || end.signal === null) return [];
  return (await task.processes.end(task.folder, task.key, task.limit.graceMs)).survivors;
}

function launch(task: ProcessTask): Promise<ProcessEnd> {
  const { argv, cwd, env, stdin } = task.resolve();
  const unmade = makeFolder(task.folder);
  if (unmade !== undefined) return Promise.resolve({ kind: 'not-started', reason: unmade });
  const { folder: dir, key, maxOutputBytes, redact } = task;
  return task.processes.run({ dir, key, argv, cwd, env, stdin, maxOutputBytes, redact });
}

/** Why the attempt's folder cannot be made: without it there is no claim, so nothing is started. */
function makeFolder(folder: string): string | undefined {
  try {
    makeLikeParent(folder);
    return undefined;
  } catch (error) {
    return `its folder cannot be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A home that a group shares is 2770; then so is what lies in it, whatever the umask says. */
function makeLikeParent(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  makeLikeParent(parent);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((statSync(parent).mode & 0o020) !== 0) chmodSync(folder, 0o2770);
}

async function limited(task: ProcessTask, ending: Promise<ProcessEnd>): Promise<ProcessResult> {
  const limit = aborted(task.limit.signal);
  const first = await Promise.race([ending, limit.promise]);
  limit.stop();
  if (first !== undefined) return { end: first, late: false, survivors: await remains(task, first) };
  await task.askToEnd?.(ending);
  const { survivors } = await task.processes.end(task.folder, task.key, task.limit.graceMs);
  const end = await Promise.race([ending, statusOrLost()]);
  return { end, late: false, survivors };
}

function statusOrLost(): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    const lost: ProcessEnd = { kind: 'lost', reason: 'it was ended and left no status' };
    setTimeout(() => resolve(lost), statusWithinMs).unref();
  });
}
