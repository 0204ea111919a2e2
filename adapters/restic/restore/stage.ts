/** Fills `part` with what the snapshot holds, and proves it: by restic's own reading, and by what then stands there. */
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stands, statOf } from '../../support/durable.ts';
import { fileCount, inWords as size } from '../../support/space.ts';
import type { Places } from '../../support/tree/places.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import type { Backup } from './examine.ts';
import type { Order } from './input.ts';
import { faultOf } from './listing.ts';
import { type Asking, resticLines } from './restic.ts';
import { inWords } from './snapshots.ts';

export const rawOf = (places: Pick<Places, 'part'>): string => `${places.part}-raw`;

export async function stage(asking: Asking, backup: Backup, places: Places, report: Report): Promise<void> {
  const raw = rawOf(places);
  const { order } = asking;
  report.line(`Restoring ${fileCount(backup.files)} (${size(backup.bytes)}) of ${inWords(backup.snapshot)} to ${raw}.`);
  try {
    mkdirSync(raw, { mode: 0o700 });
    const done = await resticLines(asking, restoreArgs(order, backup.snapshot.id, backup.root, raw), () => undefined);
    if (!done.ok) throw untouched(`${done.error.reason}.`, done.error.remedy);
    const staged = join(raw, backup.root);
    const fault = stands(staged) ? faultOf(staged, backup.listing) : 'restic has restored nothing';
    if (fault !== null) throw untouched(`${inWords(backup.snapshot)} was not restored whole: ${fault}.`, 'Retry.');
    if (backup.root === '/') likeTheOld(places.target, raw);
    mkdirSync(dirname(places.part), { recursive: true });
    renameSync(staged, places.part);
  } finally {
    rmSync(raw, { recursive: true, force: true });
  }
}

export function restoreArgs(order: Order, id: string, root: string, to: string): readonly string[] {
  const patterns = order.include === null ? [root] : order.include.map((path) => join(root, path));
  const include = patterns.filter((path) => path !== '/').map((path) => `--include=${literally(path)}`);
  return [...(order.noLock ? ['--no-lock'] : []), 'restore', id, `--target=${to}`, ...include, '--verify'];
}

/** The characters that restic would take for patterns. */
const literally = (path: string): string => path.replaceAll(/[\\*?[\]]/g, '\\$&');

/** A backup of `.` does not say whose the folder itself is: then as it was. */
function likeTheOld(target: string, tree: string): void {
  const old = statOf(target);
  chmodSync(tree, old?.isDirectory() === true ? old.mode & 0o7777 : 0o755);
  if (old?.isDirectory() === true && process.getuid?.() === 0) chownSync(tree, old.uid, old.gid);
}

export const untouched = (what: string, remedy: string): WorkFailed =>
  new WorkFailed(what, `The target was not touched. ${remedy}`);
