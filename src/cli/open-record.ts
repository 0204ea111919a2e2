/** A run's journal as this process writes it: signed and copied as the caller asked. */
import { resolve } from 'node:path';
import type { Sign } from '../journal/chain.ts';
import type { Entry } from '../journal/entry.ts';
import type { Home } from '../runtime/home/home.ts';
import type { JournalCopy } from '../runtime/home/journal-copy.ts';
import {
  createJournal,
  type JournalFile,
  type JournalOptions,
  type OpenedJournal,
  openJournal,
} from '../runtime/home/journal-file.ts';
import type { RunFolder } from '../runtime/home/run-folder.ts';
import { findSigner } from '../runtime/home/signing-key.ts';
import type { Invocation, Surface } from './invocation.ts';

export interface RunRecord {
  readonly journal: JournalFile;
  readonly entries: readonly Entry[];
  /** Bytes of a last line that a crash had cut short. */
  readonly tornBytes: number;
  readonly head: () => string;
  close(): Promise<void>;
}

const copyPatienceMs = 2_000;

export async function openRecord(
  home: Home,
  folder: RunFolder,
  call: Invocation,
  surface: Surface,
): Promise<RunRecord> {
  const { options, copy } = await preparations(home, folder, call, surface);
  return recordOf({ journal: createJournal(folder, options), entries: [], tornBytes: 0 }, copy);
}

export async function reopenRecord(
  home: Home,
  folder: RunFolder,
  call: Invocation,
  surface: Surface,
): Promise<RunRecord> {
  const { options, copy } = await preparations(home, folder, call, surface);
  return recordOf(openJournal(folder, options), copy);
}

interface Preparations {
  readonly options: JournalOptions;
  readonly copy: JournalCopy | undefined;
}

/** What signs the entries: `--signing-key`, BACKOUT_SIGNING_KEY, or the home's key; undefined without. Throws a Fault. */
export function signerOf(home: Home, call: Invocation, surface: Surface): Sign | undefined {
  const key = call.flag('signing-key');
  const env = key === undefined ? surface.env : { ...surface.env, BACKOUT_SIGNING_KEY: resolve(surface.cwd, key) };
  return findSigner(home.path, env);
}

async function preparations(home: Home, folder: RunFolder, call: Invocation, surface: Surface): Promise<Preparations> {
  const target = call.flag('journal-copy') ?? surface.env.BACKOUT_JOURNAL_COPY;
  const copy = target === undefined ? undefined : await openCopy(folder.journal, target, surface);
  return { options: { sign: signerOf(home, call, surface), grown: (length) => copy?.grown(length) }, copy };
}

async function openCopy(journal: string, target: string, surface: Surface): Promise<JournalCopy> {
  const { openJournalCopy } = await import('../runtime/home/journal-copy.ts');
  return openJournalCopy(journal, target, (text) => surface.err(`${text}\n`));
}

function recordOf(opened: OpenedJournal, copy: JournalCopy | undefined): RunRecord {
  const { journal, entries, tornBytes } = opened;
  return {
    journal,
    entries,
    tornBytes,
    head: () => journal.link.hash,
    close: async () => {
      journal.close();
      await copy?.close(copyPatienceMs);
    },
  };
}
