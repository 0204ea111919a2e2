/**
 * The swap of a database file, as a series of single, durable operations; stopped between any two, a repeat with the
 * same key goes on. The path is never empty (a service that starts would make a new database there): the old file
 * gets a second name, and the last operation replaces the first one.
 */
import { linkSync, renameSync } from 'node:fs';
import { stands, syncFolder } from '../../support/durable.ts';
import { WorkFailed } from '../../support/work.ts';
import { type Places, sameFile, sidecars } from './places.ts';

export function* swapDatabase(places: Places): Generator<string> {
  const { database, fresh, old, parent } = places;
  if (!stands(fresh)) return;
  if (stands(database) && !sameFile(database, old)) {
    if (stands(old)) throw reappeared(places);
    linkSync(database, old);
    syncFolder(parent);
    yield `The old database is kept as ${old}.`;
  }
  for (const suffix of sidecars) {
    if (!stands(database + suffix)) continue;
    renameSync(database + suffix, old + suffix);
    syncFolder(parent);
    yield `Moved ${database}${suffix} aside: it belongs to the old database.`;
  }
  renameSync(fresh, database);
  syncFolder(parent);
  yield `Placed the restored database at ${database}.`;
}

function reappeared({ database, old, fresh }: Places): WorkFailed {
  return new WorkFailed(
    `Something has put another ${database} there while it was being swapped.`,
    `The old database is ${old}, the restored one ${fresh}; both are complete. Stop what writes there, move ${database} away, and retry.`,
  );
}
