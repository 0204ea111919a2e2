/**
 * Brings the live database to rest before its file is swapped: nobody else has it open, and all that was written
 * stands in the one file (what is in `-wal` is moved there), so that the old database is kept whole.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fieldOf } from '../../support/reason.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { startsAsDatabase } from './backup-file.ts';
import { holdersOf } from './holders.ts';
import { sidecars } from './places.ts';

const howToFree = 'Stop what has it open, or restore `into: live`. The database was not touched.';

export function quiesce(database: string, report: Report): void {
  refuseWhileHeld(database);
  if (!isDatabase(database)) {
    report.line(`${database} is no database any more; it is kept as it is.`);
    return;
  }
  try {
    checkpoint(database);
    report.line(`${database} is locked by nobody else, and its log is written back into it.`);
  } catch (error) {
    const code = sqliteCode(error);
    if (code === 5 || code === 6)
      throw new WorkFailed(`The database ${database} is in use: SQLite says it is locked.`, howToFree, {
        cause: error,
      });
    if (code !== 11 && code !== 26) throw error;
    report.line(`${database} is damaged, so its log cannot be written back; it is kept as it is.`);
  }
  refuseWhileHeld(database);
}

/** SQLite would throw away the log of a file that does not begin as a database; it may be all that can be saved. */
function isDatabase(database: string): boolean {
  const handle = openSync(database, 'r');
  try {
    const head = Buffer.alloc(16);
    return readSync(handle, head) === 0 || startsAsDatabase(head);
  } finally {
    closeSync(handle);
  }
}

function refuseWhileHeld(database: string): void {
  const { seen } = holdersOf([database, ...sidecars.map((suffix) => database + suffix)]);
  if (seen.length > 0) throw new WorkFailed(`The database ${database} is open in ${seen.join(', ')}.`, howToFree);
}

function checkpoint(database: string): void {
  const live = new DatabaseSync(database, { timeout: 2_000 });
  try {
    live.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    live.close();
  }
}

/** SQLite's primary result code: 5 busy, 6 locked, 8 read-only, 11 corrupt, 26 not a database. */
export function sqliteCode(error: unknown): number | undefined {
  const code = fieldOf(error, 'errcode');
  return typeof code === 'number' ? code & 0xff : undefined;
}
