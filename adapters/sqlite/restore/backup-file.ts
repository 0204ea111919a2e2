/** Is the backup a whole, sound database? Opened immutable and read-only: looking at it must not change it. */
import { open, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { tooOld } from '../../support/age.ts';
import { digestOf } from '../../support/digest.ts';
import { statOf } from '../../support/durable.ts';
import { reasonOf } from '../../support/reason.ts';
import type { Order } from './input.ts';

export interface Sound {
  readonly bytes: number;
  readonly sha256: string;
}

export async function examineBackup(
  order: Pick<Order, 'backup' | 'checksum' | 'newerThanMs'>,
): Promise<Result<Sound, string>> {
  const { backup, checksum, newerThanMs } = order;
  try {
    const { size, mtime } = await stat(backup);
    const fault = tooOld(mtime, newerThanMs) ?? (await headerFault(backup, size)) ?? sidecarFault(backup);
    if (fault !== null) return err(fault);
    const sha256 = await digestOf(backup);
    if (checksum !== null && sha256 !== checksum) return err(`it has the SHA-256 ${sha256}, not ${checksum}`);
    const unsound = integrityFault(backup);
    return unsound === null ? ok({ bytes: size, sha256 }) : err(unsound);
  } catch (error) {
    return err(reasonOf(error));
  }
}

/** The file format's own header: magic, page size, and the number of pages where it is kept. */
async function headerFault(file: string, size: number): Promise<string | null> {
  const handle = await open(file, 'r');
  try {
    const { buffer: head, bytesRead } = await handle.read(Buffer.alloc(100), 0, 100, 0);
    if (bytesRead < 100 || !startsAsDatabase(head)) return 'it is no SQLite database';
    const pageSize = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
    const pages = head.readUInt32BE(24) === head.readUInt32BE(92) ? head.readUInt32BE(28) : 0;
    if (size % pageSize === 0 && size >= pages * pageSize) return null;
    return `it is truncated: ${size} bytes of ${pages * pageSize}`;
  } finally {
    await handle.close();
  }
}

export const startsAsDatabase = (head: Buffer): boolean => head.toString('latin1', 0, 16) === 'SQLite format 3\0';

/** A copy of a database in use, without what stands in its journal, is not a backup. */
function sidecarFault(backup: string): string | null {
  const pending = ['-wal', '-journal'].find((suffix) => (statOf(backup + suffix)?.size ?? 0) > 0);
  return pending === undefined
    ? null
    : `changes that are not in it stand beside it in ${backup}${pending}: make a finished copy with VACUUM INTO`;
}

function integrityFault(backup: string): string | null {
  const database = openImmutable(backup);
  try {
    const said = integrityOf(database);
    return said === 'ok' ? null : `its integrity check says: ${said}`;
  } finally {
    database.close();
  }
}

/** `ok`, or what is wrong; where it is too damaged for a check, SQLite's own words. */
export function integrityOf(database: DatabaseSync): string {
  try {
    const rows = database.prepare('PRAGMA integrity_check(5)').all();
    return rows.map((row) => String(Object.values(row)[0])).join('; ');
  } catch (error) {
    return reasonOf(error);
  }
}

export function openImmutable(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  url.search = '?immutable=1';
  return new DatabaseSync(url, { readOnly: true });
}
