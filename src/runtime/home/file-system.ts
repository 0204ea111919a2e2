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

/** What SQLite calls otherwise than the system; see `sqlite3.h`, the low byte of an extended code. */
const ofSqlite: { readonly [code: number]: string } = { 3: 'EACCES', 8: 'EROFS', 10: 'EIO', 13: 'ENOSPC' };

/** The code of a failed system call, e.g. `ENOENT`; `unknown` for anything else. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('errcode' in error && typeof error.errcode === 'number') return ofSqlite[error.errcode & 0xff] ?? 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
