/** The folder of one run: where everything of it lies, and how it comes to be. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { nextRunId } from '../../kernel/run-id.ts';
import { syncFolder } from './durable-file.ts';
import { type Home, listRuns, type Modes, makeFolder, orUnusable } from './home.ts';
import { keepReserve } from './reserve.ts';

export interface RunFolder {
  readonly run: string;
  readonly path: string;
  readonly journal: string;
  readonly plan: string;
  /** Scripts as they were when the run began. */
  readonly files: string;
  readonly inbox: string;
  readonly reserve: string;
  /** Which engine drives the run, or drove it last. */
  readonly owner: string;
  readonly modes: Modes;
}

export function runFolder(home: Home, run: string): RunFolder {
  const path = join(home.runs, run);
  return {
    run,
    path,
    journal: join(path, 'journal.ndjson'),
    plan: join(path, 'plan.json'),
    files: join(path, 'files'),
    inbox: join(path, 'inbox'),
    reserve: join(path, 'reserve'),
    owner: join(path, 'owner.json'),
    modes: home.modes,
  };
}

/** The folder of an attempt's process: its claim, output and status. Not made here. */
export function attemptFolder(folder: RunFolder, step: string, attempt: number): string {
  return join(folder.path, 'attempts', step, String(attempt));
}

/** Makes the folder of an attempt's process, parents included, with the home's modes. */
export function makeAttemptFolder(folder: RunFolder, step: string, attempt: number): string {
  const path = attemptFolder(folder, step, attempt);
  makeFolder(join(folder.path, 'attempts', step), folder.modes);
  makeFolder(path, folder.modes);
  return path;
}

/** A home whose new runs may keep no space for recording their end. */
interface RunsHome extends Home {
  readonly keepsReserve?: false;
}

/** The same home for a run that may begin on a full disk: it touches nothing that its end would have to tell of. */
export const withoutReserve = (home: Home): Home => ({ ...home, keepsReserve: false }) as RunsHome;

const maxTries = 100;

/**
 * Makes the folder of a new run, with the reserve for a full disk. The names in it are durable once its journal is made
 * (`createJournal`). Its id sorts after every run
 * of the home. `random`: 10 fresh random bytes a call. Throws a Fault (`home-unusable`).
 */
export function createRunFolder(home: RunsHome, nowMs: number, random: () => Uint8Array): RunFolder {
  for (let tries = 0; tries < maxTries; tries++) {
    const folder = runFolder(home, nextRunId(nowMs, random(), listRuns(home)[0]));
    const made = orUnusable(home.path, () => makeFolder(folder.path, home.modes));
    if (made) return furnish(home, folder);
  }
  throw new Fault('internal', `No free run id was found in ${home.runs}`);
}

function furnish(home: RunsHome, folder: RunFolder): RunFolder {
  return orUnusable(home.path, () => {
    try {
      for (const name of ['files', 'attempts', 'inbox']) makeFolder(join(folder.path, name), home.modes);
      if (home.keepsReserve !== false) keepReserve(folder.reserve, home.modes.file);
      syncFolder(home.runs);
      return folder;
    } catch (error) {
      rmSync(folder.path, { recursive: true, force: true });
      throw error;
    }
  });
}
