/**
 * Into a live database, through SQLite: its backup API writes the pages in one transaction, so that whoever has it
 * open sees the old rows until it is done and the restored ones from then on.
 */
import { renameSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { stands, syncFile, syncFolder } from '../../support/durable.ts';
import { beforeAnyChange, type Report, WorkFailed } from '../../support/work.ts';
import { integrityOf, openImmutable } from './backup-file.ts';
import { holdersOf } from './holders.ts';
import type { Order } from './input.ts';
import { type Places, sidecars, sweep } from './places.ts';
import { sqliteCode } from './quiesce.ts';

const patienceMs = 30_000;
const pagesAtOnce = 1_000;

export async function restoreLive(order: Order, places: Places, report: Report): Promise<void> {
  if (stands(places.database) && !stands(places.old)) await beforeAnyChange(() => keepOld(places, report));
  const source = openImmutable(order.backup);
  try {
    await copyInto(source, order, report);
  } finally {
    source.close();
  }
  const fault = soundnessOf(order.database);
  if (fault !== 'ok')
    throw new WorkFailed(
      `The restored database ${order.database} is not sound: ${fault}.`,
      `The old one is kept as ${places.old}.`,
    );
  report.line(`Copied into the live database ${order.database}.`);
}

async function keepOld(places: Places, report: Report): Promise<void> {
  const { database, part, old, parent } = places;
  const live = new DatabaseSync(database, { timeout: 5_000 });
  try {
    await backup(live, part, { rate: pagesAtOnce });
  } catch (error) {
    sweep(places);
    throw new WorkFailed(
      `The live database ${database} could not be copied aside: ${String(error)}.`,
      'It was not touched. If it is damaged, stop what has it open and restore with `into: file`.',
      { cause: error },
    );
  } finally {
    live.close();
  }
  syncFile(part);
  renameSync(part, old);
  syncFolder(parent);
  report.line(`The old content is kept as ${old}.`);
}

/** node:sqlite does not wait for another's lock here: it fails without a code, so the waiting is done here. */
async function copyInto(source: DatabaseSync, { database }: Order, report: Report): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (let waits = 0; ; waits += 1) {
    try {
      await backup(source, database, { rate: pagesAtOnce });
      return;
    } catch (error) {
      const code = sqliteCode(error);
      if (code === 8) throw pageSizes(database, error);
      if (code !== 0 && code !== 5 && code !== 6) throw error;
      if (performance.now() > giveUpAt) throw stillLocked(database, error);
      if (waits === 0)
        report.line(`${database} is locked by another transaction; waiting up to ${patienceMs / 1_000} s.`);
    }
    await setTimeout(100);
  }
}

function stillLocked(database: string, cause: unknown): WorkFailed {
  const { seen } = holdersOf([database, ...sidecars.map((suffix) => database + suffix)]);
  const who = seen.length === 0 ? '' : ` It is open in ${seen.join(', ')}.`;
  return new WorkFailed(
    `The database ${database} stayed locked for ${patienceMs / 1_000} s.${who}`,
    'End the transaction that holds it, then retry. Its content is as it was.',
    { cause },
  );
}

function pageSizes(database: string, cause: unknown): WorkFailed {
  return new WorkFailed(
    `The live database ${database} cannot take the backup: it is read-only, or it is in WAL mode and has another page size.`,
    'Its content is as it was. Stop what has it open and restore with `into: file`.',
    { cause },
  );
}

function soundnessOf(file: string): string {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    return integrityOf(database);
  } finally {
    database.close();
  }
}
