/** Files that appear whole or not at all, and stay after a power cut. */
import { closeSync, fchmodSync, fsyncSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, realFileSystem, writeFully } from './file-system.ts';

let serial = 0;

/** Writes aside, syncs, renames. The name is durable once the folder is synced (`syncFolder`). */
export function writeWhole(path: string, text: string, mode: number): void {
  swapIn(path, text, mode, fsyncSync);
}

/** `writeWhole` for what means nothing after a power cut. */
export function replaceFile(path: string, text: string, mode: number): void {
  swapIn(path, text, mode, () => {});
}

function swapIn(path: string, text: string, mode: number, sync: (fd: number) => void): void {
  const aside = `${path}.${process.pid}-${++serial}.tmp`;
  try {
    const fd = openSync(aside, 'wx', mode);
    try {
      fchmodSync(fd, mode);
      writeFully(realFileSystem, fd, Buffer.from(text));
      sync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

/** `writeWhole`, and the name too is durable on return. */
export function writeDurably(path: string, text: string, mode: number): void {
  writeWhole(path, text, mode);
  syncFolder(dirname(path));
}

/** What was created, renamed or removed in the folder survives a power cut from here on. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The text of a file, `undefined` where there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
