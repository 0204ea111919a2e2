/**
 * The work of `files/rsync`, in a process of its own: look, copy, and prove by a second look that compares contents.
 * Stopped at any moment, a repeat copies what is left; what was replaced is kept where `backupDir` says.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { stands } from '../../support/durable.ts';
import { missingPrograms } from '../../support/programs.ts';
import { fileCount, inWords } from '../../support/space.ts';
import { syncTree } from '../../support/tree/put-back.ts';
import { some } from '../../support/words.ts';
import { type Report, type Work, WorkFailed } from '../../support/work.ts';
import { copyArgs, proveArgs } from './argv.ts';
import { examine } from './examine.ts';
import { input, type Order, orderOf } from './input.ts';
import { rsync } from './rsync.ts';

const surroundings = { env: process.env };

export const work: Work = async (given, report) => {
  const order = orderOf(z.parse(input, given.input), given.folder, given.key);
  const missing = await missingPrograms(['rsync', ...(order.localTarget === null ? [] : ['sync'])]);
  const looked = missing === null ? await examine(order, surroundings) : null;
  const obstacle = missing ?? (looked?.ok === false ? looked.error : null);
  if (obstacle !== null)
    throw new WorkFailed(`${obstacle.reason}.`, `Nothing was copied. ${obstacle.remedy}`, { untouched: true });
  await copy(order, report);
  await prove(order, report);
  if (order.localTarget !== null) await syncTree(order.localTarget);
  return 0;
};

async function copy(order: Order, report: Report): Promise<void> {
  if (order.backupDir !== null && order.localTarget !== null) mkdirSync(dirname(order.backupDir), { recursive: true });
  const copied = await rsync(copyArgs(order), surroundings);
  if (!copied.ok) {
    const where = `${order.source} was not copied whole to ${order.target}`;
    throw new WorkFailed(`${where}: ${copied.error.reason}.`, copied.error.remedy);
  }
  const { transferred, bytes, deleted } = copied.value.stats;
  report.output('files', String(transferred));
  report.output('bytes', String(bytes));
  report.output('deleted', String(deleted));
  report.line(`Copied ${fileCount(transferred)} (${inWords(bytes)}), removed ${deleted}.`);
  if (order.backupDir === null || (order.localTarget !== null && !stands(order.backupDir))) return;
  report.output('backup', order.backupDir);
  report.line(`What was replaced or removed is kept: ${order.backupDir}`);
}

async function prove(order: Order, report: Report): Promise<void> {
  const proof = await rsync(proveArgs(order), surroundings);
  if (!proof.ok) throw new WorkFailed(`The copy could not be proven: ${proof.error.reason}.`, proof.error.remedy);
  const { count, changes } = proof.value;
  if (count > 0) {
    throw new WorkFailed(
      `${order.target} is not what ${order.source} is (${count}): ${some(changes)}.`,
      'Something writes to one of them: close access to it, then retry.',
    );
  }
  const but = order.exclude.length === 0 ? '' : `, but for ${order.exclude.join(', ')}`;
  report.line(`Compared by content: ${order.target} is what ${order.source} is${but}.`);
}
