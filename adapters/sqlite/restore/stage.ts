/** A copy of the backup beside the database, as the old file's owner and mode have it, proven and on disk. */
import { chmodSync, chownSync, constants, copyFileSync, renameSync, rmSync } from 'node:fs';
import { digestOf } from '../../support/digest.ts';
import { statOf, syncFile, syncFolder } from '../../support/durable.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import type { Sound } from './backup-file.ts';
import type { Places } from './places.ts';

export async function stage(backup: string, sound: Sound, places: Places, report: Report): Promise<void> {
  const { database, part, fresh, parent } = places;
  rmSync(part, { force: true });
  try {
    copyFileSync(backup, part, constants.COPYFILE_FICLONE);
    const old = statOf(database);
    chmodSync(part, old === undefined ? 0o600 : old.mode & 0o7777);
    if (old !== undefined && process.getuid?.() === 0) chownSync(part, old.uid, old.gid);
    const copied = await digestOf(part);
    if (copied !== sound.sha256)
      throw new WorkFailed(
        `The copy of ${backup} has the SHA-256 ${copied}, not ${sound.sha256}.`,
        'The database was not touched. See to the disk, then retry.',
      );
    syncFile(part);
    renameSync(part, fresh);
    syncFolder(parent);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  report.line(`Staged, verified and on disk: ${fresh}.`);
}
