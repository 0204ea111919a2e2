/**
 * Puts single paths back into a target that stands. What is put back was staged and proven in `fresh` before; each file
 * or folder comes to its place by one rename, so that a repeat with the same key goes on where the first one stopped.
 * A symbolic link in the target is never written through.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stands, statOf, syncFolder } from '../../support/durable.ts';
import type { Places } from '../../support/tree/places.ts';
import { renamePlaces } from '../../support/tree/places.ts';
import { some } from '../../support/words.ts';
import { WorkFailed } from '../../support/work.ts';

/** Beside the target; inside it where it is a file system of its own. */
export function livePlaces(target: string, key: string): Places {
  const beside = renamePlaces(target, key);
  if (statOf(target)?.dev === statOf(beside.parent)?.dev) return beside;
  const at = (place: string) => join(target, basename(place));
  return { ...beside, parent: target, part: at(beside.part), fresh: at(beside.fresh), old: at(beside.old) };
}

/** Each path takes the place of what stands there, which is moved to `old`. Says each one when it is done. */
export function* replacePaths(places: Places, paths: readonly string[]): Generator<string> {
  const { target, fresh, old } = places;
  mkdirSync(old, { recursive: true, mode: 0o700 });
  for (const path of paths) {
    const [from, to, kept] = [join(fresh, path), join(target, path), join(old, path)];
    if (!stands(from)) continue;
    folderFor(target, path);
    if (stands(to)) {
      if (stands(kept)) throw reappeared(to, kept, from);
      mkdirSync(dirname(kept), { recursive: true, mode: 0o700 });
      renameSync(to, kept);
      syncFolder(dirname(kept));
    }
    renameSync(from, to);
    syncFolder(dirname(to));
    yield `Put ${path} back${stands(kept) ? `; what it replaced is ${kept}` : ''}.`;
  }
}

function reappeared(to: string, kept: string, from: string): WorkFailed {
  return new WorkFailed(
    `Something has put ${to} there again while it was being replaced.`,
    `What stood there first is ${kept}, the restored one ${from}. Move ${to} away, and retry.`,
  );
}

/** The folder that `path` goes into; made where it is absent. */
function folderFor(target: string, path: string): void {
  let at = target;
  for (const part of path.split('/').slice(0, -1)) {
    at = join(at, part);
    const there = statOf(at);
    if (there === undefined) mkdirSync(at);
    else if (!there.isDirectory()) {
      throw new WorkFailed(
        `${at} is ${there.isSymbolicLink() ? 'a symbolic link' : 'no folder'}, so ${path} cannot be put back below it.`,
        'Move it away, and retry.',
      );
    }
  }
}

/** What of `paths` is not in the target. */
export const absentFrom = (target: string, paths: Iterable<string>): readonly string[] =>
  [...paths].filter((path) => !stands(join(target, path)));

export function inTheWay(paths: readonly string[]): WorkFailed {
  return new WorkFailed(
    `What belongs below ${some(paths)} was not put back: no folder stands there (a link or a file does).`,
    'Everything else was put back. Move it away, and retry.',
  );
}

export function remove(fresh: string, parent: string): void {
  rmSync(fresh, { recursive: true, force: true });
  syncFolder(parent);
}
