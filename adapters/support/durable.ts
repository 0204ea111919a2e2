/** What must be on disk before the next step may rely on it. */
import { closeSync, fsyncSync, lstatSync, openSync, type Stats } from 'node:fs';
import { codeOf } from './reason.ts';

/** Makes renames inside `folder` durable. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export const syncFile = syncFolder;

/** What stands at `path`, links not followed; undefined when nothing does. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

export const stands = (path: string): boolean => statOf(path) !== undefined;
