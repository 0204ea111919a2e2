/**
 * The marker of a closed access, as a file: what was found when it was first closed, kept beside the system until it
 * is open again. Owns: that a marker, once placed, is never overwritten, and that it is durable before anything is
 * closed. Systems that can keep it themselves (a database, a cluster object) keep the same document there.
 */
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { syncFolder } from './durable.ts';
import { codeOf, reasonOf } from './reason.ts';

export const marker = z.strictObject({
  schema: z.literal('backout/access-marker/v1'),
  adapter: z.string(),
  /** What is closed, e.g. `server web1 of backend shop`. */
  what: z.string(),
  /** The state that was found, in the adapter's own terms. */
  previous: z.record(z.string(), z.json()),
  /** RFC 3339. */
  closedAt: z.string(),
  /** The key of the attempt that closed it. */
  key: z.string(),
});
export type Marker = z.infer<typeof marker>;

/** Undefined: none is there. An error is a marker that cannot be read: it must not be taken for none. */
export function readMarker(path: string): Result<Marker | undefined, string> {
  try {
    return parseMarker(readFileSync(path, 'utf8'), path);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ok(undefined) : err(`${path}: ${reasonOf(error)}`);
  }
}

export function parseMarker(text: string, where: string): Result<Marker, string> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return err(`${where}: the marker of the closed access is not JSON`);
  }
  const parsed = z.safeParse(marker, given);
  return parsed.success ? ok(parsed.data) : err(`${where}: it is no marker of a closed access`);
}

/** Durable when it returns. The marker that stands: the one given, or the one that was there before. */
export function placeMarker(path: string, placed: Marker): Result<Marker, string> {
  const aside = `${path}.${process.pid}.part`;
  try {
    writeWhole(aside, `${JSON.stringify(placed)}\n`);
    linkSync(aside, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return err(`${path}: ${reasonOf(error)}`);
  } finally {
    rmSync(aside, { force: true });
  }
  syncFolder(dirname(path));
  const standing = readMarker(path);
  if (!standing.ok) return standing;
  return standing.value === undefined ? err(`${path}: the marker is gone again`) : ok(standing.value);
}

function writeWhole(path: string, text: string): void {
  const handle = openSync(path, 'wx', 0o600);
  try {
    // Unlike one `writeSync`, this writes all of it or throws.
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Durable when it returns. */
export function removeMarker(path: string): void {
  rmSync(path, { force: true });
  syncFolder(dirname(path));
}
