/**
 * The swap, as a series of single, durable operations. Stopped between any two of them, a repeat with the same key
 * goes on where it stopped, and until the last one the old tree and the new one both stand complete.
 */
import { readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stands, syncFolder } from '../durable.ts';
import { codeOf } from '../reason.ts';
import { WorkFailed } from '../work.ts';
import type { LinkPlaces, Places } from './places.ts';

/** Two renames: target → old, fresh → target. Says each one when it is done. */
export function* swapByRenaming({ target, fresh, old, parent }: Places): Generator<string> {
  if (!stands(fresh)) return;
  if (stands(target)) {
    if (stands(old)) throw reappeared(target, old, fresh);
    renameSync(target, old);
    syncFolder(parent);
    yield `Moved the old tree to ${old}.`;
  }
  try {
    renameSync(fresh, target);
  } catch (error) {
    if (/ENOTEMPTY|EEXIST|ENOTDIR/.test(codeOf(error) ?? '')) throw reappeared(target, old, fresh);
    throw error;
  }
  syncFolder(parent);
  yield `Placed the restored tree at ${target}.`;
}

function reappeared(target: string, old: string, fresh: string): WorkFailed {
  return new WorkFailed(
    `Something has put ${target} there again while it was being swapped.`,
    `The old tree is ${old}, the restored one ${fresh}; both are complete. Stop what writes to ${target}, move it away, and retry.`,
  );
}

/** The new tree gets its lasting name, then a new link takes the place of the old one in one rename. */
export function* swapByLink(places: LinkPlaces): Generator<string> {
  const { target, fresh, home, parent, pointer } = places;
  if (stands(fresh)) {
    renameSync(fresh, home);
    syncFolder(parent);
    yield `The restored tree stands at ${home}.`;
  }
  if (stands(target) && readlinkSync(target) === pointer) return;
  const link = join(dirname(target), `${places.fresh.slice(parent.length + 1)}-link`);
  rmSync(link, { force: true });
  symlinkSync(pointer, link);
  renameSync(link, target);
  syncFolder(dirname(target));
  yield `${target} points at ${home} now.`;
}
