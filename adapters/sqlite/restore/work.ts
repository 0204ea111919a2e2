/**
 * The work of `sqlite/restore`, in a process of its own: prove the backup, then swap the file or copy into the live
 * database. A repeat with the same key goes on where the first one stopped.
 */
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { stands } from '../../support/durable.ts';
import { inWords, tooLittleSpace } from '../../support/space.ts';
import { beforeAnyChange, type Report, type Work, WorkFailed } from '../../support/work.ts';
import { examineBackup, type Sound } from './backup-file.ts';
import { input, type Order, orderOf } from './input.ts';
import { restoreLive } from './live.ts';
import { type Places, placesOf, sweep } from './places.ts';
import { quiesce } from './quiesce.ts';
import { sameContent } from './same-content.ts';
import { stage } from './stage.ts';
import { swapDatabase } from './swap.ts';

export const work: Work = async (given, report) => {
  const order = orderOf(z.parse(input, given.input), given.folder);
  const places = placesOf(order.database, given.key);
  const sound = await beforeAnyChange(() => proven(order, report));
  sweep(places);
  if (order.into === 'live') await restoreLive(order, places, report);
  else await replaceFile(order, sound, places, report);
  report.output('bytes', String(sound.bytes));
  report.output('integrity', 'ok');
  if (stands(places.old)) report.output('old', places.old);
  report.line(`Restored ${order.database} (${inWords(sound.bytes)}) from ${order.backup}.`);
  return 0;
};

async function proven(order: Order, report: Report): Promise<Sound> {
  const sound = await examineBackup(order);
  if (!sound.ok) {
    throw new WorkFailed(
      `The backup ${order.backup} cannot be used: ${sound.error}.`,
      'The database was not touched. Correct `backup`, or take another one.',
    );
  }
  report.line(`The backup ${order.backup} is sound (${inWords(sound.value.bytes)}).`);
  return sound.value;
}

async function replaceFile(order: Order, sound: Sound, places: Places, report: Report): Promise<void> {
  const { database, fresh, old } = places;
  if (!stands(fresh) && stands(old)) {
    report.line('An earlier process of this attempt has already swapped the file.');
    return;
  }
  await beforeAnyChange(async () => {
    if (!stands(fresh)) await prepare(order, sound, places, report);
    if (stands(database)) quiesce(database, report);
  });
  try {
    for (const line of swapDatabase(places)) report.line(line);
  } catch (error) {
    if (error instanceof WorkFailed) throw error;
    throw new WorkFailed(
      `The swap of ${database} stopped: ${String(error)}.`,
      `The restored database is ${fresh}. Remove the cause, then retry.`,
      { cause: error },
    );
  }
}

async function prepare(order: Order, sound: Sound, places: Places, report: Report): Promise<void> {
  const { parent, database } = places;
  if (!stands(parent)) throw new WorkFailed(`The folder ${parent} is not there.`, 'Make it, or correct `database`.');
  const full = await tooLittleSpace(parent, sound.bytes);
  if (full !== undefined)
    throw new WorkFailed(`${full}.`, 'The database was not touched. Make room there, then retry.');
  if (stands(database)) quiesce(database, report);
  await stage(order.backup, sound, places, report);
}

/** Preflight, in a process of its own because an integrity check may take minutes. */
export const check: Work = async (given, report) => {
  const order = orderOf(z.parse(input, given.input), given.folder);
  const sound = await examineBackup(order);
  if (!sound.ok) throw new WorkFailed(`${order.backup}: ${sound.error}`, 'Correct `backup`, or take another one.');
  const full = await tooLittleSpace(dirname(order.database), sound.value.bytes * (order.into === 'live' ? 3 : 1));
  if (full !== undefined) throw new WorkFailed(full, 'Make room there.');
  report.line(`${order.backup} is a sound SQLite database of ${inWords(sound.value.bytes)}`);
  return 0;
};

/** Probe: exit code 0 where the database says what the backup says, 3 where it does not. */
export const compare: Work = async (given, report) => {
  const order = orderOf(z.parse(input, given.input), given.folder);
  const same = sameContent(order.backup, order.database);
  report.line(`${order.database} ${same ? 'holds' : 'does not hold'} what ${order.backup} holds`);
  return same ? 0 : 3;
};
