/**
 * What was decided, beside the link and on disk before the link is changed: a repeat of the same step reads here where
 * it goes, and does not count back a second time from where the first one came to.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { syncFolder } from '../../support/durable.ts';
import type { Obstacle } from '../../support/programs.ts';
import { codeOf, reasonOf } from '../../support/reason.ts';

export const releaseRecord = z.strictObject({
  schema: z.literal('backout/release-record/v1'),
  /** The step of the run that decided, the same for all its attempts. */
  step: z.string(),
  from: z.nullable(z.string()),
  to: z.string(),
  /** RFC 3339. */
  at: z.string(),
  /** Every release that was backed out of: none of them is a `previous` one. */
  left: z.array(z.string()),
});
export type ReleaseRecord = z.infer<typeof releaseRecord>;

export const recordFile = (link: string): string => join(dirname(link), `.${basename(link)}.backout-release.json`);

/** Null: there is none. One that cannot be read is not taken for none. */
export function readRecord(link: string): Result<ReleaseRecord | null, Obstacle> {
  const file = recordFile(link);
  const remedy = 'See what is current, remove the file, and name the release in `to`.';
  try {
    const parsed = z.safeParse(releaseRecord, JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? ok(parsed.data) : err({ reason: `${file} is no record of a backout`, remedy });
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ok(null) : err({ reason: `${file}: ${reasonOf(error)}`, remedy });
  }
}

/** Durable when it returns. */
export function writeRecord(link: string, record: ReleaseRecord): void {
  writeDurably(recordFile(link), `${JSON.stringify(record)}\n`);
}

/** Whole or not at all, and on disk when it returns. */
export function writeDurably(file: string, content: string): void {
  const aside = `${file}.part`;
  const handle = openSync(aside, 'w', 0o644);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(aside, file);
  syncFolder(dirname(file));
}
