/** Temporary folders and child processes that are gone when the test is. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, jest } from '@jest/globals';

// Generous, for a machine that is busy with other things.
jest.setTimeout(30_000);

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

export function atEnd(cleanUp: () => unknown): void {
  cleanUps.push(cleanUp);
}

export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'backout-home-'));
  atEnd(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** May this process mount? The tests of full and read-only disks need it, and are skipped by name without. */
export function mayMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'backout-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', path], { stdio: 'ignore' });
    execFileSync('umount', [path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** A disk of its own, of that many KiB. */
export function smallDisk(kibibytes: number): string {
  const path = join(temporaryFolder(), 'disk');
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'none', path]);
  // Lazily: a test that fails may have left a file of it open.
  atEnd(() => execFileSync('umount', ['--lazy', path]));
  return path;
}

export interface Child {
  readonly process: ChildProcess;
  /** Its next line on stdout. */
  line(): Promise<string>;
  /** Resolves when it has ended. */
  gone(): Promise<void>;
}

/** Starts a program of `fixtures/`; it is killed at the end of the test if it still lives. */
export function start(fixture: string, ...args: readonly string[]): Child {
  const path = join(import.meta.dirname, 'fixtures', fixture);
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = async (): Promise<void> => {
    await ended;
  };
  atEnd(async () => {
    child.kill('SIGKILL');
    await gone();
  });
  return { process: child, line: async () => String((await lines.next()).value), gone };
}
