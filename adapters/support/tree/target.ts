/** Read-only: can a restored tree be put at its place? */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { statOf } from '../durable.ts';
import type { Obstacle } from '../programs.ts';
import { reasonOf } from '../reason.ts';
import { tooLittleSpace } from '../space.ts';
import { mountsAt } from './mounts.ts';

export interface TreeTarget {
  readonly target: string;
  readonly swap: 'rename' | 'symlink';
  /** Where the backup lies, if it is a file or folder here. */
  readonly backup: string | null;
}

/** `parent`: where the new tree is staged; `bytes`: how large it is. */
export async function examineTarget(asked: TreeTarget, parent: string, bytes: number): Promise<Obstacle | null> {
  const { target, swap } = asked;
  try {
    await access(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    return {
      reason: `${parent}, in which the target stands: ${reasonOf(error)}`,
      remedy: 'Make the folder, or run as a user who may write there.',
    };
  }
  const wrong = wrongKind(asked);
  if (wrong !== null) return wrong;
  const mounts = swap === 'symlink' ? [] : await mountsAt(target);
  if (mounts[0] !== undefined) {
    const inside = mounts[0] === target ? 'is a mount point' : `has the mount point ${mounts[0]} inside`;
    return {
      reason: `Target ${target} ${inside}, so it cannot be swapped by renaming`,
      remedy: 'Restore a folder below it, or make the target a symbolic link and set `swap: symlink`.',
    };
  }
  const full = await tooLittleSpace(parent, bytes);
  return full === undefined
    ? null
    : { reason: full, remedy: 'Make room there; the old tree and the new one must both fit.' };
}

function wrongKind({ target, swap, backup }: TreeTarget): Obstacle | null {
  const there = statOf(target);
  if (target === dirname(target)) return { reason: 'The target is the root folder', remedy: 'Correct `target`.' };
  if (backup !== null && `${backup}/`.startsWith(`${target}/`)) {
    return {
      reason: `Backup ${backup} lies inside the target ${target}`,
      remedy: 'Move the backup out of the tree that it restores.',
    };
  }
  if (there === undefined) return null;
  if (swap === 'symlink' && !there.isSymbolicLink()) {
    return { reason: `Target ${target} is no symbolic link`, remedy: 'Make it one, or leave out `swap: symlink`.' };
  }
  if (swap === 'rename' && there.isSymbolicLink()) {
    return {
      reason: `Target ${target} is a symbolic link`,
      remedy: 'Set `swap: symlink`, or name the folder that it points at.',
    };
  }
  if (swap === 'rename' && !there.isDirectory())
    return { reason: `Target ${target} is not a folder`, remedy: 'Correct `target`.' };
  return null;
}
