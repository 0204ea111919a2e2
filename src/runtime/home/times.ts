/**
 * The measured times of a system's runs: `<home>/times/<system>.ndjson`, a line a run that ended.
 * Owns: where it lies, that it stays small, what counts as damaged. Does not own: what is estimated from it.
 * Nothing depends on it: a line that is lost makes an estimate poorer, never a run wrong.
 */
import { closeSync, existsSync, fchmodSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TimeRecord } from '../../ports/time-record.ts';
import { readIfThere, replaceFile } from './durable-file.ts';
import { errorCode, realFileSystem, writeFully } from './file-system.ts';
import { type Home, makeFolder } from './home.ts';
import { encodeSystem } from './system-folder.ts';

export type TimesHome = Pick<Home, 'path' | 'modes'>;

export interface ReadTimes {
  /** Oldest first; of a run that ended twice (it was reopened) the last line counts. */
  readonly records: readonly TimeRecord[];
  /** Numbers of the lines that are no records, from 1. */
  readonly damaged: readonly number[];
}

const keptLines = 200;
const keptBytes = 4 * 2 ** 20;
/** Shortened when it is this much over, so that not every run writes the file anew. */
const slack = 1.25;

export function timesFile(home: Pick<Home, 'path'>, system: string): string {
  return join(home.path, 'times', `${encodeSystem(system)}.ndjson`);
}

/** One look; for those who must not be slowed down where nothing was ever measured. */
export const hasTimes = (home: Pick<Home, 'path'>, system: string): boolean => existsSync(timesFile(home, system));

/** Throws what the file system says, except that there is no such file. */
export function readTimes(home: Pick<Home, 'path'>, system: string): ReadTimes {
  const lines = (readIfThere(timesFile(home, system)) ?? '').split('\n');
  const byRun = new Map<string, TimeRecord>();
  const damaged: number[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const record = recordOf(line);
    if (record === undefined) damaged.push(index + 1);
    else {
      byRun.delete(record.run);
      byRun.set(record.run, record);
    }
  }
  return { records: [...byRun.values()], damaged };
}

/** Throws what the file system says. */
export function appendTimes(home: TimesHome, system: string, record: TimeRecord): void {
  makeFolder(join(home.path, 'times'), home.modes);
  const file = timesFile(home, system);
  const isTorn = endsTorn(file);
  const fd = openSync(file, 'a', home.modes.file);
  try {
    fchmodIfOurs(fd, home.modes.file);
    // One write, so that the lines of two runs (a rehearsal beside a real one) do not mix.
    writeFully(realFileSystem, fd, Buffer.from(`${isTorn ? '\n' : ''}${JSON.stringify(record)}\n`));
  } finally {
    closeSync(fd);
  }
  shorten(file, home.modes.file);
}

/** A crash may have left half a line: what follows must not become part of it. */
function endsTorn(file: string): boolean {
  const text = readIfThere(file);
  return text !== undefined && text !== '' && !text.endsWith('\n');
}

/** In a shared home the file may be a colleague's. */
function fchmodIfOurs(fd: number, mode: number): void {
  try {
    fchmodSync(fd, mode);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
  }
}

function shorten(file: string, mode: number): void {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length <= keptLines * slack && text.length <= keptBytes * slack) return;
  let kept = lines.slice(-keptLines);
  for (let size = sizeOf(kept); size > keptBytes && kept.length > 1; kept = kept.slice(1)) {
    size -= (kept[0]?.length ?? 0) + 1;
  }
  replaceFile(file, `${kept.join('\n')}\n`, mode);
}

const sizeOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

function recordOf(line: string): TimeRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { run, playbook, mode, definition, at, end, totalMs, steps } = value;
  if (typeof run !== 'string' || typeof playbook !== 'string' || typeof mode !== 'string' || typeof end !== 'string')
    return undefined;
  if (definition !== null && typeof definition !== 'string') return undefined;
  if (!isTime(at) || !isTime(totalMs) || !isObject(steps) || !Object.values(steps).every(isTime)) return undefined;
  return { run, playbook, mode, definition, at, end, totalMs, steps: steps as TimeRecord['steps'] };
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
