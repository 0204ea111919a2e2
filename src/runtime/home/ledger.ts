/**
 * The ledger of a change on disk: append-only, chained like a journal, one entry a call, durable on return.
 * Owns: its folder, and that jobs which write at the same moment lose nothing. Does not own: what entries mean.
 *
 * The file appears with its first entry in it, and the head beside it (`ledger-head.ts`) follows each entry: a ledger
 * without an entry, or one that ends before its head, was tampered with and is damaged. Half a line behind the head is
 * what a crash in the middle of a call leaves, whose caller was never told that it was recorded.
 */
import { closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifier } from '../../journal/audit.ts';
import { type Link, origin, seal } from '../../journal/chain.ts';
import type { Entry } from '../../journal/entry.ts';
import type { LedgerEvent } from '../../journal/ledger-event.ts';
import { Fault } from '../../kernel/fault.ts';
import { syncFolder, writeDurably } from './durable-file.ts';
import { errorCode, realFileSystem, writeFully } from './file-system.ts';
import { type Home, makeFolder, orUnusable } from './home.ts';
import { damagedHead, damagedLedger, strangersEntry } from './ledger-damage.ts';
import { headFault, readHead, writeHead } from './ledger-head.ts';
import { lockLedger } from './ledger-lock.ts';
import { encodeSystem } from './system-folder.ts';

export interface LedgerFolder {
  readonly change: string;
  readonly path: string;
  readonly file: string;
  readonly head: string;
}

export interface ReadLedger {
  readonly events: readonly LedgerEvent[];
  readonly link: Link;
  /** Where the last whole entry ends; what follows is a torn line. */
  readonly length: number;
  readonly tornBytes: number;
  /** Its last entry was written by a call that died before it had written the head. */
  readonly headBehind: boolean;
}

/** Where a change's ledger lies; nothing is made. */
export function ledgerFolder(home: Home, change: string): LedgerFolder {
  const path = join(home.path, 'changes', encodeSystem(change));
  return { change, path, file: join(path, 'ledger.ndjson'), head: join(path, 'head') };
}

/** Also where only its head is left. */
export const hasLedger = ({ file, head }: LedgerFolder): boolean => existsSync(file) || existsSync(head);

/** The ids of all changes that have a ledger with an entry; not that of a ledger which lies in another one's place. */
export function listLedgers(home: Home): readonly string[] {
  const path = join(home.path, 'changes');
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const change = firstChange(join(path, name, 'ledger.ndjson'));
      return change !== undefined && encodeSystem(change) === name ? [change] : [];
    });
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
export function readLedger(folder: LedgerFolder): ReadLedger {
  const { file } = folder;
  const head = inHome(folder.head, () => headOf(folder));
  const found = inHome(file, () => readIfThere(file));
  const { atHead, ...ledger } = readEntries(folder, found ?? Buffer.alloc(0), head?.seq);
  const { seq } = ledger.link;
  const fault = head === undefined ? undefined : headFault(head, ledger.link, atHead);
  if (fault !== undefined) throw damagedLedger(file, Math.min(seq + 1, head?.seq ?? 1), fault);
  if (found !== undefined && seq === 0) throw damagedLedger(file, 1, 'it has no entry, and was never without one');
  return { ...ledger, headBehind: head?.seq !== seq };
}

type Entries = Omit<ReadLedger, 'headBehind'> & { readonly atHead: Link | undefined };

function readEntries({ change, file }: LedgerFolder, bytes: Buffer, headSeq: number | undefined): Entries {
  const verifier = createVerifier();
  const events: LedgerEvent[] = [];
  let link = origin;
  let atHead: Link | undefined;
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    if (!verifier.push(bytes.subarray(start, end))) break;
    // A cast beside a parse: the chain shows that this program wrote the line.
    const entry = JSON.parse(bytes.toString('utf8', start, end)) as Entry<LedgerEvent>;
    if (!isKnown(entry.event))
      throw damagedLedger(file, entry.seq, 'it is no entry of a ledger that this release knows');
    if (entry.event.change !== change)
      throw strangersEntry(file, entry.seq, { entry: entry.event.change, own: change });
    events.push(entry.event);
    link = { seq: entry.seq, hash: entry.hash };
    if (link.seq === headSeq) atHead = link;
    start = end + 1;
  }
  const { verdict, line, reason, tornBytes } = verifier.finish(bytes.subarray(start));
  if (verdict === 'damaged') throw damagedLedger(file, line ?? 0, reason ?? 'it is damaged');
  return { events, link, length: start, tornBytes, atHead };
}

function headOf({ head, file }: LedgerFolder): Link | undefined {
  try {
    return readHead(head);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw damagedHead(file, head);
  }
}

const known: ReadonlySet<string> = new Set<LedgerEvent['type']>([
  'ledger.recorded',
  'ledger.struck',
  'ledger.run',
  'ledger.backout',
]);
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

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
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
    const unlock = lockLedger(folder, home.modes.file);
    try {
      const ledger = readLedger(folder);
      const event = make(ledger.events);
      if (event === undefined) {
        if (ledger.headBehind && ledger.length > 0) writeHead(folder.head, ledger.link, home.modes.file);
        return false;
      }
      const at = Math.max(now(), ledger.events.at(-1)?.at ?? 0);
      const { line, entry } = seal({ ...event, at } as LedgerEvent, ledger.link);
      append(folder, ledger, line, home.modes.file);
      writeHead(folder.head, entry, home.modes.file);
      return true;
    } finally {
      unlock();
    }
  });
}

function append(folder: LedgerFolder, { length, tornBytes }: ReadLedger, line: string, mode: number): void {
  if (length === 0) return writeDurably(folder.file, line, mode);
  const fd = openSync(folder.file, 'a', mode);
  try {
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
}
