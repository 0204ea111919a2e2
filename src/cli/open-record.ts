/** A run's journal as this process writes it: signed and copied as the caller asked. */
import { resolve } from 'node:path';
import type { Entry } from '../journal/entry.ts';
import type { Home } from '../runtime/home/home.ts';
import { type JournalCopy, openJournalCopy } from '../runtime/home/journal-copy.ts';
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

export function openRecord(home: Home, folder: RunFolder, call: Invocation, surface: Surface): RunRecord {
  const { options, copy } = preparations(home, folder, call, surface);
  return recordOf({ journal: createJournal(folder, options), entries: [], tornBytes: 0 }, copy);
}

export function reopenRecord(home: Home, folder: RunFolder, call: Invocation, surface: Surface): RunRecord {
  const { options, copy } = preparations(home, folder, call, surface);
  return recordOf(openJournal(folder, options), copy);
}

interface Preparations {
  readonly options: JournalOptions;
  readonly copy: JournalCopy | undefined;
}

function preparations(home: Home, folder: RunFolder, call: Invocation, surface: Surface): Preparations {
  const key = call.flag('signing-key');
  const env = key === undefined ? surface.env : { ...surface.env, BACKOUT_SIGNING_KEY: resolve(surface.cwd, key) };
  const target = call.flag('journal-copy') ?? surface.env.BACKOUT_JOURNAL_COPY;
  const copy =
    target === undefined ? undefined : openJournalCopy(folder.journal, target, (text) => surface.err(`${text}\n`));
  return { options: { sign: findSigner(home.path, env), grown: (length) => copy?.grown(length) }, copy };
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
