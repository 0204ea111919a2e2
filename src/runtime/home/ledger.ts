/**
 * The ledger of a change on disk: append-only, chained like a journal, one entry a call, durable on return.
 * Owns: its folder, and that jobs which write at the same moment lose nothing. Does not own: what entries mean.
 *
 * The lock is a SQLite transaction, freed by the kernel with its holder, however that dies; who comes waits in turn.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createVerifier } from '../../journal/audit.ts';
import { type Link, origin, seal } from '../../journal/chain.ts';
import type { Entry } from '../../journal/entry.ts';
import type { LedgerEvent } from '../../journal/ledger-event.ts';
import { Fault } from '../../kernel/fault.ts';
import { syncFolder } from './durable-file.ts';
import { errorCode, realFileSystem, writeFully } from './file-system.ts';
import { type Home, makeFolder, orUnusable } from './home.ts';
import { loadSqlite } from './load-sqlite.ts';
import { encodeSystem } from './system-folder.ts';

export interface LedgerFolder {
  readonly change: string;
  readonly path: string;
  readonly file: string;
}

export interface ReadLedger {
  readonly events: readonly LedgerEvent[];
  readonly link: Link;
  /** Where the last whole entry ends; what follows is a torn line. */
  readonly length: number;
  readonly tornBytes: number;
}

/** Where a change's ledger lies; nothing is made. */
export function ledgerFolder(home: Home, change: string): LedgerFolder {
  const path = join(home.path, 'changes', encodeSystem(change));
  return { change, path, file: join(path, 'ledger.ndjson') };
}

export const hasLedger = (folder: LedgerFolder): boolean => existsSync(folder.file);

/** The ids of all changes that have a ledger with an entry. */
export function listLedgers(home: Home): readonly string[] {
  const path = join(home.path, 'changes');
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .sort()
    .flatMap((name) => firstChange(join(path, name, 'ledger.ndjson')) ?? []);
}

/** The folder's name may be cut: the id stands in each entry. */
function firstChange(file: string): string | undefined {
  try {
    const first = JSON.parse(readFileSync(file, 'utf8').split('\n', 1)[0] ?? '') as Entry<LedgerEvent>;
    return first.event.change;
  } catch {
    return undefined;
  }
}

/** Throws a Fault (`journal-damaged`, exit 7) that names the line. A change without a ledger has no entries. */
export function readLedger({ file }: LedgerFolder): ReadLedger {
  const bytes = inHome(file, () => readIfThere(file));
  const verifier = createVerifier();
  const events: LedgerEvent[] = [];
  let link = origin;
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    if (!verifier.push(bytes.subarray(start, end))) break;
    // A cast beside a parse: the chain shows that this program wrote the line.
    const entry = JSON.parse(bytes.toString('utf8', start, end)) as Entry<LedgerEvent>;
    if (!isKnown(entry.event)) throw damaged(file, entry.seq, 'it is no entry of a ledger that this release knows');
    events.push(entry.event);
    link = { seq: entry.seq, hash: entry.hash };
    start = end + 1;
  }
  const { verdict, line, reason, tornBytes } = verifier.finish(bytes.subarray(start));
  if (verdict === 'damaged') throw damaged(file, line ?? 0, reason ?? 'it is damaged');
  return { events, link, length: start, tornBytes };
}

const known: ReadonlySet<string> = new Set<LedgerEvent['type']>(['ledger.recorded', 'ledger.run', 'ledger.backout']);
const isKnown = ({ type }: LedgerEvent): boolean => known.has(type);

/** What the system refuses is trouble with the home; what was said already stays as it was said. */
function inHome<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (error instanceof Fault) throw error;
    return orUnusable(path, () => {
      throw error;
    });
  }
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function damaged(file: string, line: number, reason: string): Fault {
  const remedy = 'Somebody changed it: restore the file, or move it away and record anew what was carried out.';
  return new Fault('journal-damaged', `the ledger ${file} is damaged in line ${line}: ${reason}`, remedy);
}

/** An event before it has its time. */
export type Undated<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** Writes what `make` answers to the entries that are there; undefined: nothing. Answers whether it wrote. */
export function addToLedger(
  home: Home,
  folder: LedgerFolder,
  now: () => number,
  make: (events: readonly LedgerEvent[]) => Undated<LedgerEvent> | undefined,
): boolean {
  return inHome(home.path, () => {
    makeFolder(join(home.path, 'changes'), home.modes);
    if (makeFolder(folder.path, home.modes)) syncFolder(join(home.path, 'changes'));
    const unlock = lock(folder, home.modes.file);
    try {
      const ledger = readLedger(folder);
      const event = make(ledger.events);
      if (event === undefined) return false;
      const at = Math.max(now(), ledger.events.at(-1)?.at ?? 0);
      append(folder, ledger, seal({ ...event, at } as LedgerEvent, ledger.link).line, home.modes.file);
      return true;
    } finally {
      unlock();
    }
  });
}

function append(folder: LedgerFolder, { length, tornBytes }: ReadLedger, line: string, mode: number): void {
  const isNew = !existsSync(folder.file);
  const fd = openSync(folder.file, 'a', mode);
  try {
    if (isNew) fchmodSync(fd, mode);
    if (tornBytes > 0) ftruncateSync(fd, length);
    try {
      writeFully(realFileSystem, fd, Buffer.from(line));
      fdatasyncSync(fd);
    } catch (error) {
      ftruncateSync(fd, length);
      throw error;
    }
  } finally {
    closeSync(fd);
  }
  if (isNew) syncFolder(folder.path);
}

const waitMs = 20_000;
const busy = 5;

function lock(folder: LedgerFolder, mode: number): () => void {
  const path = join(folder.path, 'lock.sqlite');
  const isNew = !existsSync(path);
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    if (isNew) tryChmod(path, mode);
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { readonly errcode?: number }).errcode !== busy) throw error;
    const message = `the ledger of ${folder.change} has been held by others for ${waitMs / 1000} s: ${path}`;
    throw new Fault('held', message, 'Nothing was recorded. Say it again; if that goes on, look who holds the file.');
  }
  return () => database.close();
}

/** Two jobs may both find the file new; the one that did not make it may not change it, and need not. */
function tryChmod(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch {
    return;
  }
}
