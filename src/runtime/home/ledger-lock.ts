/** The lock of a ledger: a SQLite transaction, freed by the kernel with its holder, however that dies. */
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import type { LedgerFolder } from './ledger.ts';
import { loadSqlite } from './load-sqlite.ts';

const waitMs = 20_000;
const busy = 5;

/** Waits in turn. Answers what frees it. */
export function lockLedger(folder: LedgerFolder, mode: number): () => void {
  const path = join(folder.path, 'lock.sqlite');
  const isNew = !existsSync(path);
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    if (isNew) tryChmod(path, mode);
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { readonly errcode?: number }).errcode !== busy) throw error;
    const message = `the ledger of ${folder.change} has been held by others for ${waitMs / 1000} s: ${path}`;
    throw new Fault('held', message, 'Nothing was recorded. Say it again; if that goes on, look who holds the file.');
  }
  return () => database.close();
}

/** Two jobs may both find the file new; the one that did not make it may not change it, and need not. */
function tryChmod(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch {
    return;
  }
}
