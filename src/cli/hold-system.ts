/** P7: one run of a system at a time. Takes the system's lock, and looks whether a run of it has not ended. */

import type { Mode, Person } from '../engine/protocol.ts';
import { Fault } from '../kernel/fault.ts';
import { type EngineRecord, noteRecord, thisEngine } from '../runtime/home/engine-record.ts';
import { type Home, rehearsing } from '../runtime/home/home.ts';
import { releaseReserve } from '../runtime/home/reserve.ts';
import { type RunFolder, runFolder } from '../runtime/home/run-folder.ts';
import {
  clearCurrent,
  makeSystemFolder,
  readCurrent,
  type SystemFolder,
  setCurrent,
} from '../runtime/home/system-folder.ts';
import { acquireLock, type Holder } from '../runtime/home/system-lock.ts';
import { hasBegun, type KnownRun, openIn } from './known-run.ts';

export interface HeldSystem {
  readonly folder: SystemFolder;
  /** The run of the system that has not ended; undefined when there is none. */
  readonly open: KnownRun | undefined;
  /** From here on that run is the system's. */
  take(run: RunFolder): void;
  /** Lets go; `ended` says whether the run has come to its end. */
  release(run: RunFolder | undefined, ended: boolean): void;
}

/** Who holds it, and in which mode: a rehearsal stands only in the way of rehearsals. */
type HolderOfMode = Holder & { readonly mode: Mode };
export type Held =
  | { readonly ok: true; readonly value: HeldSystem }
  | { readonly ok: false; readonly holder: HolderOfMode };

export function holdSystem(home: Home, system: string, by: Person, run: string, mode: Mode = 'real'): Held {
  const folder = makeSystemFolder(mode === 'rehearsal' ? rehearsing(home) : home, system);
  const locked = acquireLock(folder, thisEngine(run, by, Date.now()));
  if (!locked.ok) return { ok: false, holder: { ...locked.error, mode } };
  const held: HeldSystem = {
    folder,
    open: openRun(home, folder),
    take: (taken) => {
      // Named already when a run is taken up: on a full disk that must still be possible.
      if (readCurrent(folder) !== taken.run) setCurrent(folder, taken.run);
      const engine = thisEngine(taken.run, by, Date.now());
      noteRecord(folder.holder, engine, folder.modes.file);
      noteRecord(taken.owner, engine, taken.modes.file);
    },
    release: (taken, ended) => {
      if (taken !== undefined && ended) clearCurrent(folder, taken.run);
      locked.value.release();
      // Its space is for the next run, which may have to begin on a full disk.
      if (taken !== undefined && !ended && !hasBegun(home, taken.run)) releaseReserve(taken.reserve);
    },
  };
  return { ok: true, value: held };
}

/** A crash may leave `current` naming a run that never began, or has ended: the journal decides. */
function openRun(home: Home, folder: SystemFolder): KnownRun | undefined {
  const current = readCurrent(folder);
  if (current === undefined || !hasBegun(home, current)) return undefined;
  return openIn(runFolder(home, current));
}

/** Exit 5: which run, whose, since when, what still lives, and what to type. */
export function heldFault(
  system: string,
  holder: HolderOfMode | undefined,
  open: KnownRun | undefined,
  living: readonly string[],
): Fault {
  const isRehearsal = (holder?.mode ?? open?.state.context.mode) === 'rehearsal';
  const kind = isRehearsal ? 'rehearsal' : 'run';
  const record = holder?.record ?? open?.driver?.record;
  // Between the lock and the run's folder a holder has no run yet.
  const named = record?.run || open?.folder.run;
  const run = named ?? '';
  const which = named === undefined ? 'it is just being begun' : named;
  const whose =
    record === undefined
      ? ''
      : `, begun by ${nameOf(record)} on ${record.host}, driven since ${record.since} by process ${record.pid}`;
  const engine =
    holder === undefined
      ? ' No engine drives it now.'
      : holder.sight === 'stopped'
        ? ' Its engine is stopped (SIGSTOP).'
        : '';
  const lives = living.length === 0 ? '' : ` Still living: ${living.join(', ')}.`;
  const remedy =
    named === undefined
      ? `Wait a moment, then look: backout ${isRehearsal ? 'rehearsals' : 'status'}`
      : holder?.sight === 'stopped' && record !== undefined
        ? `Let it go on: kill -CONT ${record.pid}`
        : holder === undefined
          ? `Type: backout resume ${run}   or: ${living.length === 0 ? `backout abandon ${run} --reason '…'` : `backout stop ${run}`}`
          : `Type: backout status ${run}   or: backout stop ${run}`;
  return new Fault('held', `another ${kind} of ${system} has not ended: ${which}${whose}.${engine}${lives}`, remedy);
}

function nameOf(record: EngineRecord): string {
  return record.sudoUser ?? record.login;
}
