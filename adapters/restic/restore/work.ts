/** The work of `restic/restore`, in a process of its own: examine, stage, prove, then swap or put into what stands. */
import { rmSync } from 'node:fs';
import * as z from 'zod/mini';
import { stands, statOf } from '../../support/durable.ts';
import { missingPrograms } from '../../support/programs.ts';
import { fileCount, tooLittleSpace } from '../../support/space.ts';
import type { Places } from '../../support/tree/places.ts';
import { complete, putBack, sweep, syncTree } from '../../support/tree/put-back.ts';
import { examineTarget } from '../../support/tree/target.ts';
import { some } from '../../support/words.ts';
import { beforeAnyChange, type Report, type Work, WorkFailed } from '../../support/work.ts';
import { type Backup, checkRepository, examine } from './examine.ts';
import { fillGaps } from './gaps.ts';
import { input, isLocal, type Order, orderOf } from './input.ts';
import { absentFrom, inTheWay, livePlaces, remove, replacePaths } from './live.ts';
import { rawOf, stage, untouched } from './stage.ts';

export const work: Work = async (given, report) => {
  const order = orderOf(z.parse(input, given.input), given.folder);
  if (order.way === 'tree') {
    const prepare = (places: Places) => beforeAnyChange(() => prepareTree(order, places, report));
    await putBack({ ...order, prepare }, given.key, report);
  } else await intoLive(order, livePlaces(order.target, given.key), report);
  return 0;
};

async function prepareTree(order: Order, places: Places, report: Report): Promise<void> {
  const backup = await proven(order, places, report);
  const local = order.repository !== null && isLocal(order.repository) ? order.repository : null;
  const obstacle = await examineTarget({ ...order, backup: local }, places.parent, backup.bytes);
  if (obstacle !== null) throw untouched(`${obstacle.reason}.`, obstacle.remedy);
  await stageAll(order, backup, places, report);
}

async function proven(order: Order, places: Places, report: Report): Promise<Backup> {
  const missing = await missingPrograms(['sync']);
  if (missing !== null) throw untouched(`${missing.reason}.`, missing.remedy);
  rmSync(rawOf(places), { recursive: true, force: true });
  const asking = { order, env: process.env };
  const damaged = await checkRepository(asking);
  if (damaged !== null) throw untouched(`${damaged.reason}.`, damaged.remedy);
  if (order.check !== null) report.line(`restic has checked the repository (${order.check}).`);
  const backup = await examine(asking);
  if (!backup.ok) throw untouched(`${backup.error.reason}.`, backup.error.remedy);
  return backup.value;
}

async function stageAll(order: Order, backup: Backup, places: Places, report: Report): Promise<void> {
  await stage({ order, env: process.env }, backup, places, report);
  await complete(places, report);
  report.output('snapshot', backup.snapshot.short_id);
  report.output('snapshotTime', backup.snapshot.time);
}

async function intoLive(order: Order, places: Places, report: Report): Promise<void> {
  const { fresh, old } = places;
  await beforeAnyChange(() => mustStand(order));
  if (stands(old) && !stands(fresh)) return report.line('An earlier process of this attempt has already put it back.');
  if (stands(fresh)) report.line(`An earlier process of this attempt has staged ${fresh}.`);
  else await beforeAnyChange(() => prepareLive(order, places, report));
  if (order.way === 'missing') fillAndProve(order, places, report);
  else replaceAndProve(order, places, report);
  await syncTree(order.target);
  remove(fresh, places.parent);
}

function mustStand({ target }: Order): void {
  if (statOf(target)?.isDirectory() === true) return;
  const remedy = 'To restore all of it, leave out `missingOnly` and `include`.';
  throw untouched(`Target ${target} is not a folder that stands.`, remedy);
}

async function prepareLive(order: Order, places: Places, report: Report): Promise<void> {
  sweep(places.part, places.key, report);
  sweep(places.fresh, places.key, report);
  rmSync(places.part, { recursive: true, force: true });
  const backup = await proven(order, places, report);
  const full = await tooLittleSpace(places.parent, backup.bytes);
  if (full !== undefined) throw untouched(`${full}.`, 'Make room there.');
  await stageAll(order, backup, places, report);
}

function fillAndProve(order: Order, { fresh }: Places, report: Report): void {
  const { restored, kept, inTheWay: blocked } = fillGaps(fresh, order.target);
  report.output('restored', String(restored));
  report.output('kept', String(kept));
  report.line(
    `Put back ${fileCount(restored)} that ${restored === 1 ? 'was' : 'were'} missing; ${fileCount(kept)} that stood there left alone.`,
  );
  if (blocked.length > 0) throw inTheWay(blocked);
}

function replaceAndProve(order: Order, places: Places, report: Report): void {
  const paths = order.include ?? [];
  for (const line of replacePaths(places, paths)) report.line(line);
  const absent = absentFrom(order.target, paths);
  if (absent.length > 0)
    throw new WorkFailed(`${some(absent)} is gone from ${order.target} again.`, 'See what removes it.');
  report.output('restored', String(paths.length));
  report.output('old', places.old);
}
