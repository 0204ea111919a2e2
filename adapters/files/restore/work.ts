/** The work of `files/restore`, in a process of its own: examine, stage, prove; the swap is `putBack`'s. */
import * as z from 'zod/mini';
import { missingPrograms } from '../../support/programs.ts';
import type { Places } from '../../support/tree/places.ts';
import { complete, putBack } from '../../support/tree/put-back.ts';
import { examineTarget } from '../../support/tree/target.ts';
import type { TreeSize } from '../../support/tree/walk.ts';
import { beforeAnyChange, type Report, type Work, WorkFailed } from '../../support/work.ts';
import { examineBackup } from './examine.ts';
import { input, type Order, orderOf } from './input.ts';
import { stage } from './stage.ts';

export const work: Work = async (given, report) => {
  const order = orderOf(z.parse(input, given.input), given.folder);
  const staging = (places: Places) => beforeAnyChange(() => prepare(order, places, report));
  await putBack({ ...order, prepare: staging }, given.key, report);
  return 0;
};

async function prepare(order: Order, places: Places, report: Report): Promise<TreeSize> {
  const lacking = await missingPrograms(['sync', ...(order.backup.kind === 'folder' ? ['cp'] : [])]);
  if (lacking !== null) throw untouched(lacking.reason, lacking.remedy);
  const backup = await examineBackup(order);
  if (!backup.ok) throw untouched(backup.error.reason, backup.error.remedy);
  const asked = { ...order, backup: order.backup.path };
  const obstacle = await examineTarget(asked, places.parent, backup.value.bytes);
  if (obstacle !== null) throw untouched(obstacle.reason, obstacle.remedy);
  const size = await stage(order, backup.value, places, report);
  await complete(places, report);
  return size;
}

const untouched = (reason: string, remedy: string) =>
  new WorkFailed(`${reason}.`, `The target was not touched. ${remedy}`);
