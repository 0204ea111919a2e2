/**
 * The folder of a system: its lock, who holds it, and which run of it has not ended (P7).
 * `current` is written before a run's first entry and removed after its last. A crash between may leave it naming a
 * run that never began or has ended: its reader looks into that run's journal.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunId } from '../../kernel/run-id.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { readIfThere, syncFolder, writeDurably } from './durable-file.ts';
import { type Home, type Modes, makeFolder, orUnusable, readFolder } from './home.ts';

export interface SystemFolder {
  readonly system: string;
  readonly path: string;
  readonly lock: string;
  readonly holder: string;
  readonly current: string;
  readonly modes: Modes;
}

/** Where a system's things lie; nothing is made. */
export function systemFolder(home: Home, system: string): SystemFolder {
  const path = join(home.systems, encodeSystem(system));
  return {
    system,
    path,
    lock: join(path, 'lock.sqlite'),
    holder: join(path, 'holder.json'),
    current: join(path, 'current'),
    modes: home.modes,
  };
}

export function makeSystemFolder(home: Home, system: string): SystemFolder {
  const folder = systemFolder(home, system);
  if (orUnusable(home.path, () => makeFolder(folder.path, folder.modes))) syncFolder(home.systems);
  return folder;
}

/** The run of the system that has not ended, as far as was written down. */
export function readCurrent(folder: SystemFolder): string | undefined {
  return runNamedIn(folder);
}

/** The same of every system whose folder lies there. */
export function currentRuns(systems: string): readonly string[] {
  return orUnusable(systems, () => readFolder(systems)).flatMap((name) => {
    const path = join(systems, name);
    return runNamedIn({ path, current: join(path, 'current') }) ?? [];
  });
}

function runNamedIn({ path, current }: Pick<SystemFolder, 'path' | 'current'>): string | undefined {
  const run = orUnusable(path, () => readIfThere(current))?.trim();
  return run !== undefined && isRunId(run) ? run : undefined;
}

/** Durable on return. Only for who holds the system's lock. */
export function setCurrent(folder: SystemFolder, run: string): void {
  orUnusable(folder.path, () => writeDurably(folder.current, `${run}\n`, folder.modes.file));
}

/** Only for who holds the system's lock. A removal that a power cut undoes does no harm, so it is not synced. */
export function clearCurrent(folder: SystemFolder, run: string): void {
  if (readCurrent(folder) === run) rmSync(folder.current, { force: true });
}

const longest = 120;

/**
 * A system's name as the name of a folder: one to one, and the same characters where they are harmless. Others are
 * `%XX`, byte by byte; a name that would be too long is cut and told apart by its digest.
 */
export function encodeSystem(system: string): string {
  let encoded = '';
  for (const byte of Buffer.from(system, 'utf8')) {
    const letter = String.fromCharCode(byte);
    const harmless = /[A-Za-z0-9_-]/.test(letter) || (letter === '.' && encoded !== '');
    encoded += harmless ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (encoded === '') return '%';
  if (encoded.length <= longest) return encoded;
  return `${encoded.slice(0, longest)}~${sha256(system)}`;
}
