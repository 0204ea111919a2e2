/**
 * One engine drives a system at a time (P7): an exclusive transaction held open in SQLite. The kernel frees it when
 * the holder dies, however it dies; a stopped holder keeps it.
 * Owns: the lock and the note of who holds it. Does not own: whether a run that nobody drives has ended (`current`).
 *
 * This process touches the lock's file through SQLite alone: closing any other descriptor of it would free the lock
 * (POSIX record locks belong to the process). `chmod` opens nothing.
 */
import { chmodSync, existsSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../kernel/fault.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type EngineRecord, type EngineSight, noteRecord, readRecord, sightOf } from './engine-record.ts';
import { loadSqlite } from './load-sqlite.ts';
import type { SystemFolder } from './system-folder.ts';

export interface SystemLock {
  release(): void;
}

/** Who holds the lock; `record` is null when the holder has not said who it is. */
export interface Holder {
  readonly record: EngineRecord | null;
  readonly sight: EngineSight;
}

/** A lock that nothing refers to any more would be closed, and so freed, by the garbage collector. */
const held = new Set<DatabaseSync>();

/** At once, without waiting for a holder. Throws a Fault (`home-unusable`) where no lock can be had at all. */
export function acquireLock(folder: SystemFolder, engine: EngineRecord): Result<SystemLock, Holder> {
  const database = open(folder);
  if (!begin(database, folder)) return err(findHolder(folder));
  held.add(database);
  noteRecord(folder.holder, engine, folder.modes.file);
  return ok({ release: () => release(database, folder) });
}

function release(database: DatabaseSync, folder: SystemFolder): void {
  if (!held.delete(database)) return;
  rmSync(folder.holder, { force: true });
  database.close();
}

function open(folder: SystemFolder): DatabaseSync {
  const isNew = !existsSync(folder.lock);
  try {
    const { DatabaseSync } = loadSqlite();
    const database = new DatabaseSync(folder.lock, { timeout: 0 });
    if (isNew && existsSync(folder.lock)) tryChmod(folder);
    return database;
  } catch (error) {
    throw unusable(folder, error);
  }
}

/** Two engines may both find the file new; the one that did not make it may not change it, and need not. */
function tryChmod(folder: SystemFolder): void {
  try {
    chmodSync(folder.lock, folder.modes.file);
  } catch {
    return;
  }
}

const busy = 5;

function begin(database: DatabaseSync, folder: SystemFolder): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    database.close();
    if (isBusy(error)) return false;
    throw unusable(folder, error);
  }
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === busy;
}

const looks = 20;
const lookMs = 10;

/** A holder writes its name right after it has the lock: the note may be missing, or a dead one's, for a moment. */
function findHolder(folder: SystemFolder): Holder {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let look = 0; look < looks; look++) {
    const record = readRecord(folder.holder);
    const sight = record === undefined ? 'gone' : sightOf(record);
    if (record !== undefined && sight !== 'gone') return { record, sight };
    Atomics.wait(pause, 0, 0, lookMs);
  }
  return { record: null, sight: 'elsewhere' };
}

function unusable(folder: SystemFolder, cause: unknown): Fault {
  const why = String(cause).replace(/^Error: /, '');
  const message = `The lock ${folder.lock} of the system ${folder.system} cannot be used: ${why}`;
  return new Fault('home-unusable', message, 'The home must be on a local file system that this user may write.', {
    cause,
  });
}
