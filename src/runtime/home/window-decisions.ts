/**
 * The decisions about a change's window on disk: `<home>/changes/<id>/decisions.ndjson`, append-only and chained; the
 * head beside it (`ledger-head.ts`) shows a cut. Those of releases that wrote no head yet are read without one.
 * Owns: the file, and that two people who decide at the same moment both stand in it. Does not own: what follows.
 */
import { chmodSync, closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createVerifier } from '../../journal/audit.ts';
import { type Link, origin, seal } from '../../journal/chain.ts';
import type { Entry } from '../../journal/entry.ts';
import type { WindowDecision } from '../../journal/window-decision.ts';
import { Fault } from '../../kernel/fault.ts';
import { readIfThere, syncFolder } from './durable-file.ts';
import { errorCode, realFileSystem, writeFully } from './file-system.ts';
import { type Home, makeFolder, orUnusable } from './home.ts';
import { headFault, readHead, writeHead } from './ledger-head.ts';
import { loadSqlite } from './load-sqlite.ts';
import { encodeSystem } from './system-folder.ts';

interface ReadDecisions {
  readonly decisions: readonly WindowDecision[];
  readonly link: Link;
  readonly atHead: Link | undefined;
  /** Where the last whole entry ends; what follows is a torn line. */
  readonly length: number;
  readonly tornBytes: number;
}

export function windowDecisionsFile(home: Pick<Home, 'path'>, change: string): string {
  return join(home.path, 'changes', encodeSystem(change), 'decisions.ndjson');
}

const headFile = (file: string): string => join(dirname(file), 'decisions-head');

/** Also where only the head is left. For those who must not be slowed down where nothing was decided. */
export function hasWindowDecisions(home: Pick<Home, 'path'>, change: string): boolean {
  const file = windowDecisionsFile(home, change);
  return existsSync(file) || existsSync(headFile(file));
}

export interface KnownDecisions {
  /** Oldest first. */
  readonly decisions: readonly WindowDecision[];
  /** Half a line stands behind them: whoever was writing it died, and was never told that it was recorded. */
  readonly isTorn: boolean;
}

/** Throws a Fault (`journal-damaged`, exit 7) that names the line. */
export function readWindowDecisions(home: Pick<Home, 'path'>, change: string): KnownDecisions {
  const { decisions, tornBytes } = read(windowDecisionsFile(home, change), change);
  return { decisions, isTorn: tornBytes > 0 };
}

/** The head first: it is never ahead of a file that is read after it. */
function read(file: string, change: string): ReadDecisions {
  const head = headOf(file);
  const found = readEntries(file, change, head?.seq);
  const fault = head === undefined ? undefined : headFault(head, found.link, found.atHead);
  if (fault === undefined) return found;
  throw damaged(file, Math.min(found.link.seq + 1, head?.seq ?? 1), fault);
}

function headOf(file: string): Link | undefined {
  const head = headFile(file);
  try {
    return readHead(head);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Fault('journal-damaged', `the head of the decisions ${file} is damaged: ${head}`, remedyOf(file));
    return orUnusable(head, () => {
      throw error;
    });
  }
}

function readEntries(file: string, change: string, headSeq: number | undefined): ReadDecisions {
  const text = orUnusable(file, () => readIfThere(file) ?? '');
  const verifier = createVerifier();
  const decisions: WindowDecision[] = [];
  let link = origin;
  let atHead: Link | undefined;
  let length = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', length)) {
    const line = text.slice(length, end);
    if (!verifier.push(line)) break;
    // A cast beside a parse: the chain shows that this program wrote the line.
    const entry = JSON.parse(line) as Entry<WindowDecision>;
    // The chain of another change's file, copied here, holds just as well.
    if (entry.event.change !== change) throw damaged(file, entry.seq, `it is a decision about ${entry.event.change}`);
    decisions.push(entry.event);
    link = { seq: entry.seq, hash: entry.hash };
    if (link.seq === headSeq) atHead = link;
    length = end + 1;
  }
  const { verdict, line, reason, tornBytes } = verifier.finish(text.slice(length));
  if (verdict === 'damaged') throw damaged(file, line ?? 0, reason ?? 'it is damaged');
  return { decisions, link, atHead, length: Buffer.byteLength(text.slice(0, length)), tornBytes };
}

function damaged(file: string, line: number, reason: string): Fault {
  return new Fault('journal-damaged', `the decisions ${file} are damaged in line ${line}: ${reason}`, remedyOf(file));
}

const remedyOf = (file: string): string =>
  `Somebody changed it: restore the file, or move it and ${headFile(file)} away and decide anew.`;

/** Durable on return. */
export function addWindowDecision(home: Home, decision: WindowDecision): void {
  const changes = join(home.path, 'changes');
  const file = windowDecisionsFile(home, decision.change);
  const folder = join(changes, encodeSystem(decision.change));
  orUnusable(home.path, () => {
    makeFolder(changes, home.modes);
    if (makeFolder(folder, home.modes)) syncFolder(changes);
  });
  const unlock = lock(join(folder, 'decisions-lock.sqlite'), decision.change, home.modes.file);
  try {
    const known = read(file, decision.change);
    const at = Math.max(decision.at, known.decisions.at(-1)?.at ?? 0);
    const { line, entry } = seal<WindowDecision>({ ...decision, at }, known.link);
    orUnusable(home.path, () => {
      append(file, known, line, home.modes.file);
      writeHead(headFile(file), entry, home.modes.file);
    });
    syncFolder(folder);
  } finally {
    unlock();
  }
}

function append(file: string, { length, tornBytes }: ReadDecisions, line: string, mode: number): void {
  const fd = openSync(file, 'a', mode);
  try {
    if (tornBytes > 0) ftruncateSync(fd, length);
    writeFully(realFileSystem, fd, Buffer.from(line));
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const waitMs = 10_000;

function lock(path: string, change: string, mode: number): () => void {
  const isNew = !existsSync(path);
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    if (isNew) allow(path, mode);
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    const message = `the decisions of ${change} cannot be locked (${errorCode(error)}): ${path}`;
    throw new Fault('held', message, 'Nothing was recorded. Say it again; if that goes on, look who holds the file.');
  }
  return () => database.close();
}

/** Two may both find it new; the one that did not make it may not change it, and need not. */
function allow(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch {
    return;
  }
}
