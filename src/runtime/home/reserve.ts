/** Space kept on the journal's disk, so that a run can still record its end when the disk is full. */
import { closeSync, fchmodSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { randomBytes } from '../random-bytes.ts';
import { errorCode, realFileSystem, writeFully } from './file-system.ts';

export const reserveBytes = 256 * 1024;

/** Really written (random, so that no file system compresses it away) and synced. No trouble where it is there. */
export function keepReserve(path: string, mode: number): void {
  let fd: number;
  try {
    fd = openSync(path, 'wx', mode);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    throw error;
  }
  try {
    fchmodSync(fd, mode);
    writeFully(realFileSystem, fd, randomBytes(reserveBytes));
    fsyncSync(fd);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

export function releaseReserve(path: string): void {
  rmSync(path, { force: true });
}
