/** What stands at the path of an include: nothing, a file or a link; read, and put there whole or not at all. */
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { statOf, syncFolder } from '../../support/durable.ts';
import { reasonOf } from '../../support/reason.ts';

export const found = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('absent') }),
  z.strictObject({ kind: z.literal('file'), content: z.string(), mode: z.int(), uid: z.int(), gid: z.int() }),
  z.strictObject({ kind: z.literal('link'), target: z.string() }),
]);
export type Found = z.infer<typeof found>;

const sizeLimit = 1_048_576;

export function readPlace(path: string): Result<Found, Trouble> {
  try {
    const stat = statOf(path);
    if (stat === undefined) return ok({ kind: 'absent' });
    if (stat.isSymbolicLink()) return ok({ kind: 'link', target: readlinkSync(path) });
    if (!stat.isFile()) return trouble(`${path} is neither a file nor a link`, 'Correct `include`: name one file.');
    if (stat.size > sizeLimit)
      return trouble(`${path} is larger than 1 MiB`, 'Use a small file for this purpose alone.');
    const bytes = readFileSync(path);
    const content = bytes.toString('utf8');
    if (!Buffer.from(content).equals(bytes))
      return trouble(`${path} is not text in UTF-8, so it cannot be put back exactly`, 'Convert it first.');
    const { mode, uid, gid } = stat;
    return ok({ kind: 'file', content, mode: mode & 0o7777, uid, gid });
  } catch (error) {
    return trouble(`${path}: ${reasonOf(error)}`, 'Run as a user that may read it.');
  }
}

/** What stands there while it is closed: as the file of before, with another content. */
export function closedFile(content: string, before: Found): Found {
  const { uid, gid } = before.kind === 'file' ? before : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return { kind: 'file', content, mode: before.kind === 'file' ? before.mode : 0o644, uid, gid };
}

/** Durable when it returns; at every moment the old or the new stands there. The temporary name is hidden from `*`. */
export function writePlace(path: string, wanted: Found): Result<null, Trouble> {
  const part = join(dirname(path), `.${basename(path)}.backout-part`);
  try {
    if (wanted.kind === 'absent') rmSync(path, { force: true });
    else {
      rmSync(part, { force: true });
      if (wanted.kind === 'link') symlinkSync(wanted.target, part);
      else fill(part, wanted);
      renameSync(part, path);
    }
    syncFolder(dirname(path));
    return ok(null);
  } catch (error) {
    return trouble(
      `${path} cannot be written: ${reasonOf(error)}`,
      'It stands as before. Remove the cause, then try again.',
    );
  } finally {
    rmSync(part, { force: true });
  }
}

function fill(part: string, wanted: Extract<Found, { kind: 'file' }>): void {
  const handle = openSync(part, 'wx', 0o600);
  try {
    writeFileSync(handle, wanted.content);
    const { uid, gid } = lstatSync(part);
    if (uid !== wanted.uid || gid !== wanted.gid) chownSync(part, wanted.uid, wanted.gid);
    chmodSync(part, wanted.mode);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
