/** The few calls that write durably, so that a test can count them or make one fail. */
import * as fs from 'node:fs';

export interface FileSystem {
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number): number;
  fdatasyncSync(fd: number): void;
  ftruncateSync(fd: number, length: number): void;
}

export const realFileSystem: FileSystem = {
  writeSync: (fd, bytes, offset, length) => fs.writeSync(fd, bytes, offset, length),
  fdatasyncSync: fs.fdatasyncSync,
  ftruncateSync: fs.ftruncateSync,
};

/** Writes all of it, however many calls that takes. */
export function writeFully(files: FileSystem, fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += files.writeSync(fd, bytes, done, bytes.length - done);
}

/** The code of a failed system call, e.g. `ENOENT`; `unknown` for anything else. */
export function errorCode(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : 'unknown';
}
