/**
 * Whether access control lists come into a restore. Where tar is to set them, it does so for every file, also with none
 * in the archive: with many small files that is a fifth of its time.
 */
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Backup } from './examine.ts';

/** What tar names them by in an archive: `SCHILY.acl.access`, `SCHILY.acl.default`. */
const mark = 'SCHILY.acl.';

/** Of larger files the archive is read sooner by tar, which skips their content, than it is searched here. */
const smallFile = 8_192;

/**
 * False: certainly not, neither in the archive nor from the folder `into`, whose files would inherit what it has.
 * True: perhaps.
 */
export async function mayHaveAcls(archive: string, backup: Backup, into: string): Promise<boolean> {
  if (backup.packing !== 'tar' || backup.bytes > backup.files * smallFile) return true;
  return (await namesAcls(archive)) || (await handsDownAcls(into));
}

/** The keyword stands in clear in an archive that is not packed; in a file's content it only costs time. */
async function namesAcls(archive: string): Promise<boolean> {
  const handle = await open(archive, 'r');
  try {
    const part = Buffer.alloc(1_048_576);
    for (let kept = 0; ; ) {
      const { bytesRead } = await handle.read(part, kept, part.length - kept);
      if (bytesRead === 0) return false;
      const end = kept + bytesRead;
      if (part.subarray(0, end).includes(mark)) return true;
      kept = Math.min(end, mark.length - 1);
      part.copy(part, 0, end - kept, end);
    }
  } finally {
    await handle.close();
  }
}

/** A folder with a default list gives it to all that is made in it. Only tar can be asked here: it archives the folder. */
async function handsDownAcls(folder: string): Promise<boolean> {
  const { execa } = await import('execa');
  const asIs = ['--create', '--acls', '--format=posix', '--no-recursion', '--file=-'];
  const { failed, stdout } = await execa('tar', [...asIs, '--directory', dirname(folder), `./${basename(folder)}`], {
    reject: false,
    stdin: 'ignore',
    encoding: 'latin1',
  });
  return failed || stdout.includes(mark);
}
