/**
 * Puts a restored tree at its place: staged beside it, then swapped, by renames or through a symbolic link.
 *
 * Owns: that whatever goes wrong before the swap leaves the target as it was, that a repeat with the same key goes on
 * where the first one stopped, and that half-staged copies of earlier attempts are removed. Does not own: how the tree
 * is filled and proven; `prepare` does that and names it `fresh` when it is complete and on disk.
 */
import { renameSync, rmSync } from 'node:fs';
import { stands, syncFolder } from '../durable.ts';
import { leftBehind } from '../leftovers.ts';
import { fileCount, inWords } from '../space.ts';
import type { Report } from '../work.ts';
import { type LinkPlaces, linkPlaces, type Places, renamePlaces } from './places.ts';
import { swapByLink, swapByRenaming } from './swap.ts';
import { sizeOfTree, type TreeSize } from './walk.ts';

export interface PutBack {
  readonly target: string;
  readonly swap: 'rename' | 'symlink';
  readonly keepOld: boolean;
  /** Fills `places.part` and ends with `complete`; says how large it is where it has found that out by the way. */
  readonly prepare: (places: Places) => Promise<TreeSize> | Promise<void>;
}

export async function putBack(asked: PutBack, key: string, report: Report): Promise<void> {
  if (asked.swap === 'symlink') await throughLink(asked, key, report);
  else await byRenaming(asked, key, report);
}

/** From now on the staged tree is complete, verified and on disk, which its name says. */
export async function complete(places: Places, report: Report): Promise<void> {
  await syncTree(places.part);
  renameSync(places.part, places.fresh);
  syncFolder(places.parent);
  report.line(`Staged, verified and on disk: ${places.fresh}.`);
}

/** Everything in the file system that holds it: a file at a time would take longer than the copy. */
export async function syncTree(tree: string): Promise<void> {
  const { execa } = await import('execa');
  await execa('sync', ['--file-system', tree], { stdin: 'ignore' });
}

async function byRenaming(asked: PutBack, key: string, report: Report): Promise<void> {
  const places = renamePlaces(asked.target, key);
  let size: TreeSize | undefined;
  if (stands(places.old) && !stands(places.fresh) && stands(asked.target)) {
    report.line('An earlier process of this attempt has already finished the swap.');
  } else {
    if (!stands(places.fresh)) size = await stageAnew(asked, places, report);
    for (const line of swapByRenaming(places)) report.line(line);
  }
  sweep(places.fresh, places.key, report);
  const old = stands(places.old) ? places.old : leftBehind(places.old, places.key).at(-1);
  await finish({ ...asked, tree: asked.target, old, size }, report);
}

async function throughLink(asked: PutBack, key: string, report: Report): Promise<void> {
  const places: LinkPlaces = linkPlaces(asked.target, key);
  const before = places.current === places.home ? undefined : (places.current ?? undefined);
  let size: TreeSize | undefined;
  if (stands(places.home)) report.line(`An earlier process of this attempt has already placed ${places.home}.`);
  else if (!stands(places.fresh)) size = await stageAnew(asked, places, report);
  for (const line of swapByLink(places)) report.line(line);
  await finish({ ...asked, tree: places.home, old: before, size }, report);
}

async function stageAnew(asked: PutBack, places: Places, report: Report): Promise<TreeSize | undefined> {
  sweep(places.part, places.key, report);
  rmSync(places.part, { recursive: true, force: true });
  const interrupted = stands(asked.target) ? undefined : leftBehind(places.old, places.key).at(-1);
  if (interrupted !== undefined)
    report.line(`An earlier attempt was stopped between its two renames; the old tree is ${interrupted}.`);
  try {
    return (await asked.prepare(places)) ?? undefined;
  } catch (error) {
    rmSync(places.part, { recursive: true, force: true });
    throw error;
  }
}

/** Copies of the backup that earlier attempts have staged and not used. */
export function sweep(own: string, key: string, report: Report): void {
  for (const leftover of leftBehind(own, key)) {
    rmSync(leftover, { recursive: true, force: true });
    report.line(`Removed what an earlier attempt had staged: ${leftover}.`);
  }
}

interface Placed extends PutBack {
  readonly tree: string;
  readonly old: string | undefined;
  /** Undefined: it was not staged by this process. */
  readonly size: TreeSize | undefined;
}

async function finish(asked: Placed, report: Report): Promise<void> {
  const { tree, old } = asked;
  const { files, bytes } = asked.size ?? (await sizeOfTree(tree));
  report.output('files', String(files));
  report.output('bytes', String(bytes));
  report.line(`Restored ${fileCount(files)} (${inWords(bytes)}) at ${asked.target}.`);
  if (old === undefined) return;
  if (asked.keepOld) {
    report.output('old', old);
    report.line(`The old tree is kept: ${old}`);
    return;
  }
  rmSync(old, { recursive: true, force: true });
  report.line(`Removed the old tree ${old}.`);
}
