/** A disk that is soon full. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from './folder.ts';

/** Runs `use` with a folder on a file system of its own of `kibibytes`; false where this user may not mount. */
export async function onSmallDisk(kibibytes: number, use: (folder: string) => Promise<void>): Promise<boolean> {
  const disk = join(newFolder(), 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'none', disk], { stdio: 'ignore' });
  } catch {
    return false;
  }
  try {
    await use(disk);
  } finally {
    execFileSync('umount', ['--lazy', disk]);
  }
  return true;
}
