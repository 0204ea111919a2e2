/**
 * A run whose journal or plan cannot be trusted any more. Nothing may be appended to such a journal, so that a person
 * has given the run up stands beside it, in `abandoned.json`.
 * Owns: what counts as damaged, what to do about it, that file. Does not own: who may abandon what.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from '../engine/protocol.ts';
import { Fault } from '../kernel/fault.ts';
import { readIfThere, writeDurably } from '../runtime/home/durable-file.ts';
import { orUnusable } from '../runtime/home/home.ts';
import type { RunFolder } from '../runtime/home/run-folder.ts';
import { hasVariable, readProcessTable } from '../runtime/process/process-table.ts';

export interface GivenUp {
  readonly run: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly by: Person;
  readonly reason: string;
  /** What was wrong with the run. */
  readonly damage: string;
}

export function isDamage(error: unknown): error is Fault {
  return error instanceof Fault && (error.code === 'journal-damaged' || error.code === 'plan-mismatch');
}

/** Something was begun for the run, whatever its journal says. */
export function hasAttempts(folder: RunFolder): boolean {
  try {
    return readdirSync(join(folder.path, 'attempts')).length > 0;
  } catch {
    return false;
  }
}

/** Runs `read`; what is damaged is a fault that names the run and the way out of it. */
export function orDamaged<T>(folder: RunFolder, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new Fault(error.code, error.message, wayOut(folder), { cause: error });
  }
}

export function lostJournal(folder: RunFolder): Fault {
  const message = `the journal of run ${folder.run} is gone, but steps of it were begun: ${folder.journal}`;
  return new Fault('journal-damaged', message, wayOut(folder));
}

function wayOut(folder: RunFolder): string {
  if (isGivenUp(folder)) return `It was abandoned: see ${givenUpPath(folder)}`;
  const { run } = folder;
  return `Keep ${folder.path} as it is; restore the file from a copy, or: backout abandon ${run} --reason '…'`;
}

export function isGivenUp(folder: RunFolder): boolean {
  return readIfThere(givenUpPath(folder)) !== undefined;
}

/** Durable on return. */
export function giveUp(folder: RunFolder, facts: Omit<GivenUp, 'run'>): void {
  const text = `${JSON.stringify({ run: folder.run, ...facts } satisfies GivenUp, null, 2)}\n`;
  orUnusable(folder.path, () => writeDurably(givenUpPath(folder), text, folder.modes.file));
}

function givenUpPath(folder: RunFolder): string {
  return join(folder.path, 'abandoned.json');
}

/** What lives of the run's steps, found without its journal: by what stands in their environment. */
export function livingSteps(run: string): readonly string[] {
  return readProcessTable()
    .filter((seen) => seen.pid !== process.pid && hasVariable(seen.pid, 'BACKOUT_RUN', run))
    .map((seen) => `${seen.program} (process ${seen.pid})`);
}
