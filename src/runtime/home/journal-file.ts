/**
 * The journal on disk (P3): append-only, one write and one fdatasync for a batch, durable when `append` returns.
 * Owns: the file's length, its reserve, what happens when the disk refuses. Does not own: the chain (journal/), who
 * may write (system-lock.ts: only the engine that drives the run opens a journal), the copy elsewhere.
 *
 * A batch that fails is cut off again, so the file never holds half of one at rest. After a failed fdatasync the
 * system may have thrown written data away without telling again; unless the disk was merely full, nothing more is
 * written then.
 */
import { closeSync, fchmodSync, fstatSync, openSync } from 'node:fs';
import type { RunEvent } from '../../engine/protocol.ts';
import { type Link, origin, type Sign, sealAll } from '../../journal/chain.ts';
import type { Entry } from '../../journal/entry.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { AppendFailure, JournalStore } from '../../ports/journal-store.ts';
import { syncFolder } from './durable-file.ts';
import { errorCode, type FileSystem, realFileSystem, writeFully } from './file-system.ts';
import { orUnusable } from './home.ts';
import { readJournal } from './journal-read.ts';
import { keepReserve, releaseReserve } from './reserve.ts';
import type { RunFolder } from './run-folder.ts';

export interface JournalOptions {
  readonly sign?: Sign | undefined;
  /** Told the journal's length on opening and after each durable batch; must not throw. */
  readonly grown?: ((length: number) => void) | undefined;
  readonly files?: FileSystem;
}

export interface JournalFile extends JournalStore {
  /** The end of the chain. */
  readonly link: Link;
  /** Bytes. */
  readonly length: number;
  close(): void;
}

export interface OpenedJournal {
  readonly journal: JournalFile;
  readonly entries: readonly Entry[];
  /** Bytes of a last line that a crash had cut short; they are gone now. */
  readonly tornBytes: number;
}

/** The empty journal of a new run; `createRunFolder` has made the folder. */
export function createJournal(folder: RunFolder, options: JournalOptions = {}): JournalFile {
  const fd = orUnusable(folder.path, () => openSync(folder.journal, 'ax', folder.modes.file));
  fchmodSync(fd, folder.modes.file);
  syncFolder(folder.path);
  return new AppendedFile(fd, folder, { link: origin, length: 0, ended: false }, options);
}

/** A journal to go on with. Throws a Fault (`journal-damaged`) that names the line. */
export function openJournal(folder: RunFolder, options: JournalOptions = {}): OpenedJournal {
  const { entries, length, tornBytes } = readJournal(folder.journal);
  const journal = orUnusable(folder.path, () => {
    const fd = openSync(folder.journal, 'a');
    const last = entries.at(-1);
    const rest = { link: last ?? origin, length, ended: last?.event.type === 'run.ended' };
    const file = new AppendedFile(fd, folder, rest, options);
    if (tornBytes > 0) file.cutBack();
    options.grown?.(length);
    return file;
  });
  renewReserve(folder);
  return { journal, entries, tornBytes };
}

/** What stands in the file at rest. */
interface AtRest {
  readonly link: Link;
  readonly length: number;
  readonly ended: boolean;
}

class AppendedFile implements JournalFile {
  readonly #fd: number;
  readonly #folder: RunFolder;
  readonly #options: JournalOptions;
  readonly #files: FileSystem;
  #rest: AtRest;
  #broken: AppendFailure | null = null;

  constructor(fd: number, folder: RunFolder, rest: AtRest, options: JournalOptions) {
    this.#fd = fd;
    this.#folder = folder;
    this.#rest = rest;
    this.#options = options;
    this.#files = options.files ?? realFileSystem;
  }

  get link(): Link {
    return this.#rest.link;
  }

  get length(): number {
    return this.#rest.length;
  }

  append(events: readonly RunEvent[]): Result<readonly Entry[], AppendFailure> {
    if (this.#broken !== null) return err(this.#broken);
    if (events.length === 0) return ok([]);
    const gone = this.#disturbance();
    if (gone !== null) {
      this.#broken = gone;
      return err(gone);
    }
    const sealed = sealAll(events, this.#rest.link, this.#options.sign);
    const bytes = Buffer.from(sealed.map(({ line }) => line).join(''));
    const failure = this.#write(bytes);
    if (failure !== null) return err(failure);
    const entries = sealed.map(({ entry }) => entry);
    const length = this.#rest.length + bytes.length;
    this.#rest = { link: entries.at(-1) ?? this.#rest.link, length, ended: events.at(-1)?.type === 'run.ended' };
    this.#options.grown?.(length);
    return ok(entries);
  }

  releaseReserve(): void {
    releaseReserve(this.#folder.reserve);
  }

  /** The reserve of a run that has ended is of no use any more. */
  close(): void {
    if (this.#rest.ended) this.releaseReserve();
    closeSync(this.#fd);
  }

  /** Takes away what stands behind the last whole entry. */
  cutBack(): void {
    this.#files.ftruncateSync(this.#fd, this.#rest.length);
    this.#files.fdatasyncSync(this.#fd);
  }

  /** P3, P8: what is no longer the journal that was written must not be gone on with as if it were. */
  #disturbance(): AppendFailure | null {
    const { nlink, size } = fstatSync(this.#fd);
    const path = this.#folder.journal;
    if (nlink === 0) return { code: 'GONE', full: false, message: `${path} was removed while the run was under way` };
    if (size === this.#rest.length) return null;
    const message = `${path} has ${size} bytes instead of ${this.#rest.length}: somebody else has changed it`;
    return { code: 'CHANGED', full: false, message };
  }

  #write(bytes: Uint8Array): AppendFailure | null {
    try {
      writeFully(this.#files, this.#fd, bytes);
      this.#files.fdatasyncSync(this.#fd);
      return null;
    } catch (error) {
      const failure = failureOf(error, this.#folder.journal);
      if (!this.#triedToCutBack() || !failure.full) this.#broken = { ...failure, full: false };
      return failure;
    }
  }

  #triedToCutBack(): boolean {
    try {
      this.cutBack();
      return true;
    } catch {
      return false;
    }
  }
}

const fullCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

function failureOf(error: unknown, path: string): AppendFailure {
  const code = errorCode(error);
  const full = fullCodes.has(code);
  const why = full ? 'no space is left for it' : 'the system refused the write';
  return { code, full, message: `${path}: ${why} (${code})` };
}

/** Best effort: a resume on a full disk goes on without one. */
function renewReserve(folder: RunFolder): void {
  try {
    keepReserve(folder.reserve, folder.modes.file);
  } catch {
    releaseReserve(folder.reserve);
  }
}
