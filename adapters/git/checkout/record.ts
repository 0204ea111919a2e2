/**
 * What a checkout that was begun has found, in the repository's own folder, until it is done: a repeat reads here what
 * was there before, and may take the half-switched tree that it finds for its own.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { statOf, syncFolder } from '../../support/durable.ts';

const checkoutRecord = z.strictObject({
  schema: z.literal('backout/checkout-record/v1'),
  /** The step of the run, the same for all its attempts. */
  step: z.string(),
  previous: z.nullable(z.string()),
  commit: z.string(),
  stash: z.nullable(z.string()),
  /** Ms since 1970. */
  at: z.number(),
});
export type CheckoutRecord = z.infer<typeof checkoutRecord>;

const fileIn = (gitFolder: string): string => join(gitFolder, 'backout-checkout.json');

/** Null: no checkout of this step was begun and not finished. */
export function readRecord(gitFolder: string, step: string): CheckoutRecord | null {
  try {
    const parsed = z.safeParse(checkoutRecord, JSON.parse(readFileSync(fileIn(gitFolder), 'utf8')));
    return parsed.success && parsed.data.step === step ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Durable when it returns. */
export function writeRecord(gitFolder: string, record: CheckoutRecord): void {
  const file = fileIn(gitFolder);
  const handle = openSync(`${file}.part`, 'w', 0o644);
  try {
    writeSync(handle, JSON.stringify(record));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.part`, file);
  syncFolder(gitFolder);
}

export function removeRecord(gitFolder: string): void {
  rmSync(fileIn(gitFolder), { force: true });
  syncFolder(gitFolder);
}

/** The lock that a killed checkout of this step has left: younger than its record, and open in no process. */
export function removeStaleLock(gitFolder: string, { at }: CheckoutRecord): boolean {
  const lock = join(gitFolder, 'index.lock');
  const there = statOf(lock);
  // A file's time may lie a tick of the kernel before that of the clock.
  if (there === undefined || there.mtimeMs < at - 1_000 || isOpen(lock)) return false;
  rmSync(lock, { force: true });
  return true;
}

function isOpen(path: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => opensIn(`/proc/${pid}/fd`).includes(path));
}

function opensIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => readlinkOr(join(folder, name)));
  } catch {
    return [];
  }
}

function readlinkOr(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
