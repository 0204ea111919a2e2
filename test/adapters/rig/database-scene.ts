/** A sound backup and a database to be put back. */
import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { placesOf } from '../../../adapters/sqlite/restore/places.ts';
import { fill, type JournalMode, makeDatabase } from './database.ts';
import { newFolder } from './folder.ts';

export const key = 'run1-step-1';
export const given = { backup: 'backup.db', database: 'shop.db' };
export const live = { ...given, into: 'live' };

/** A backup that says `500 good`, a database that says `20 bad`. */
export function scene(mode: JournalMode = 'wal'): { folder: string; backup: string; database: string; old: string } {
  const folder = newFolder();
  const [backup, database] = [join(folder, 'backup.db'), join(folder, 'shop.db')];
  makeDatabase(backup, 500, 'good');
  makeDatabase(database, 20, 'bad', mode);
  return { folder, backup, database, old: placesOf(database, key).old };
}

/** A live database as a killed service leaves it: its last rows only in the log. */
export function withUnwrittenLog(database: string): void {
  const crashed = new DatabaseSync(database);
  crashed.exec('PRAGMA wal_autocheckpoint = 0');
  fill(crashed, 5, 'bad');
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(database + suffix, `${database}.copy${suffix}`);
  crashed.close();
  for (const suffix of ['', '-wal', '-shm']) renameSync(`${database}.copy${suffix}`, database + suffix);
}
