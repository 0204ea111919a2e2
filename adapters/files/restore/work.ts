/**
 * The work of `files/restore`, in a process of its own: examine, stage, prove, swap. Whatever goes wrong before the
 * swap leaves the target as it was. A repeat with the same key goes on where the first one stopped.
 */
import { rmSync } from 'node:fs';
import * as z from 'zod/mini';
import { stands } from '../../support/durable.ts';
import { leftBehind } from '../../support/leftovers.ts';
import { fileCount, inWords } from '../../support/space.ts';
import { type Report, type Work, WorkFailed, type WorkOrder } from '../../support/work.ts';
import { examineBackup, examineTarget, missingPrograms } from './examine.ts';
import { input, type Order, orderOf } from './input.ts';
import { type LinkPlaces, linkPlaces, type Places, renamePlaces } from './places.ts';
import { stage } from './stage.ts';
import { swapByLink, swapByRenaming } from './swap.ts';
import { sizeOfTree } from './tree.ts';

export const work: Work = async (given: WorkOrder, report: Report) => {
  const order = orderOf(z.parse(input, given.input), given.folder);
  if (order.swap === 'symlink') await throughLink(order, given.key, report);
  else await byRenaming(order, given.key, report);
  return 0;
};

async function byRenaming(order: Order, key: string, report: Report): Promise<void> {
  const places = renamePlaces(order.target, key);
  if (stands(places.old) && !stands(places.fresh) && stands(order.target)) {
    report.line('An earlier process of this attempt has already finished the swap.');
  } else {
    if (!stands(places.fresh)) await prepare(order, places, report);
    for (const line of swapByRenaming(places)) report.line(line);
  }
  sweep(places.fresh, places.key, report);
  const old = stands(places.old) ? places.old : leftBehind(places.old, places.key).at(-1);
  await finish(order, order.target, old, report);
}

async function throughLink(order: Order, key: string, report: Report): Promise<void> {
  const places: LinkPlaces = linkPlaces(order.target, key);
  const before = places.current === places.home ? undefined : (places.current ?? undefined);
  if (stands(places.home)) report.line(`An earlier process of this attempt has already placed ${places.home}.`);
  else if (!stands(places.fresh)) await prepare(order, places, report);
  for (const line of swapByLink(places)) report.line(line);
  await finish(order, places.home, before, report);
}

async function prepare(order: Order, places: Places, report: Report): Promise<void> {
  const lacking = await missingPrograms(['sync', ...(order.backup.kind === 'folder' ? ['cp'] : [])]);
  if (lacking !== null) throw new WorkFailed(`${lacking.reason}.`, `The target was not touched. ${lacking.remedy}`);
  sweep(places.part, places.key, report);
  const backup = await examineBackup(order);
  if (!backup.ok) throw new WorkFailed(`${backup.error.reason}.`, `The target was not touched. ${backup.error.remedy}`);
  rmSync(places.part, { recursive: true, force: true });
  const obstacle = await examineTarget(order, places.parent, backup.value.bytes);
  if (obstacle !== null) throw new WorkFailed(`${obstacle.reason}.`, `The target was not touched. ${obstacle.remedy}`);
  const interrupted = stands(order.target) ? undefined : leftBehind(places.old, places.key).at(-1);
  if (interrupted !== undefined)
    report.line(`An earlier attempt was stopped between its two renames; the old tree is ${interrupted}.`);
  await stage(order, backup.value, places, report);
}

/** Copies of the backup that earlier attempts have staged and not used. */
function sweep(own: string, key: string, report: Report): void {
  for (const leftover of leftBehind(own, key)) {
    rmSync(leftover, { recursive: true, force: true });
    report.line(`Removed what an earlier attempt had staged: ${leftover}.`);
  }
}

async function finish(order: Order, tree: string, old: string | undefined, report: Report): Promise<void> {
  const { files, bytes } = await sizeOfTree(tree);
  report.output('files', String(files));
  report.output('bytes', String(bytes));
  report.line(`Restored ${fileCount(files)} (${inWords(bytes)}) at ${order.target}.`);
  if (old === undefined) return;
  if (order.keepOld) {
    report.output('old', old);
    report.line(`The old tree is kept: ${old}`);
    return;
  }
  rmSync(old, { recursive: true, force: true });
  report.line(`Removed the old tree ${old}.`);
}
