/** What has been written in a tree since its backup was made: by the times of the files, which a restore would undo. */
import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { fileCount } from '../../support/space.ts';
import { filesBelow } from '../../support/tree/walk.ts';
import type { Order } from './input.ts';

/** A sentence; null where there is no tree. What was removed since shows in no file's time. */
export async function newerThan(
  { kind, path }: Order['backup'],
  target: string,
  signal: AbortSignal,
): Promise<string | null> {
  const madeAt = statSync(path).mtimeMs;
  if (statSync(target, { throwIfNoEntry: false }) === undefined) return null;
  let newer = 0;
  let newest = { path: '', at: 0 };
  for await (const leaf of filesBelow(target)) {
    signal.throwIfAborted();
    const at = lstatSync(join(target, leaf.path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (at > madeAt) newer += 1;
    if (at > newest.at) newest = { path: leaf.path, at };
  }
  const backup = `the ${kind === 'folder' ? 'copy' : 'archive'} of ${new Date(madeAt).toISOString()}`;
  if (newer === 0) return `nothing in ${target} was written after ${backup}`;
  const age = formatDuration(newest.at - madeAt);
  return `${fileCount(newer)} in ${target} ${newer === 1 ? 'was' : 'were'} written after ${backup}, the newest (${newest.path}) ${age} after it`;
}
