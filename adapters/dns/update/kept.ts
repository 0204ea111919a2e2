/**
 * The records as they were before the first change: a marker that is durable before anything is changed, that later
 * attempts and runs never overwrite, and that is set aside (`.done`) when they are back, so that an attempt which is
 * done again afterwards knows it.
 */
import { accessSync, constants, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { stands, syncFolder } from '../../support/durable.ts';
import { type Marker, placeMarker, readMarker } from '../../support/marker.ts';
import { reasonOf } from '../../support/reason.ts';
import type { RecordSet } from './records.ts';

const adapter = 'dns/update';
const recordSet = z.strictObject({ values: z.array(z.string()), ttl: z.nullable(z.number()) });

export interface Kept {
  readonly set: RecordSet;
  /** When it was recorded (RFC 3339). */
  readonly since: string;
}

/** Undefined: nothing is kept. */
export function keptAt(path: string, what: string): Result<Kept | undefined, Trouble> {
  const found = readMarker(path);
  if (!found.ok) return unreadable(found.error, path);
  return found.value === undefined ? ok(undefined) : understood(found.value, path, what);
}

/** Why nothing can be kept at `path`; undefined where it can. Writes nothing: its folder is made when it is needed. */
export function cannotKeepAt(path: string): Trouble | undefined {
  let folder = dirname(path);
  while (!stands(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return notKept(`${folder}: ${reasonOf(error)}`).error;
  }
}

/** Durable when it returns. What counts: `now`, or what stands there already. */
export function keep(path: string, what: string, now: RecordSet, key: string): Result<Kept, Trouble> {
  const standing = keptAt(path, what);
  if (!standing.ok && stands(path)) return standing;
  const previous = { values: [...now.values], ttl: now.ttl };
  const closedAt = new Date().toISOString();
  try {
    mkdirSync(dirname(path), { recursive: true });
    const placed = placeMarker(path, { schema: 'backout/access-marker/v1', adapter, what, previous, closedAt, key });
    return placed.ok ? understood(placed.value, path, what) : notKept(placed.error);
  } catch (error) {
    return notKept(`${path}: ${reasonOf(error)}`);
  }
}

const notKept = (reason: string) =>
  trouble(
    `The old records cannot be kept in ${reason}`,
    'Nothing was changed. Name a place in `marker` that can be written and has room.',
  );

const donePath = (path: string): string => `${path}.done`;

/** They are back: durable when it returns. */
export function setAside(path: string): void {
  renameSync(path, donePath(path));
  syncFolder(dirname(path));
}

/** What was put back last, where nothing was changed since. */
export const putBack = (path: string, what: string): Result<Kept | undefined, Trouble> => keptAt(donePath(path), what);

function understood(found: Marker, path: string, what: string): Result<Kept, Trouble> {
  if (found.adapter !== adapter || found.what !== what)
    return trouble(`${path} keeps the old state of ${found.what}, not of ${what}`, 'Name another file in `marker`.');
  const previous = z.safeParse(recordSet, found.previous);
  return previous.success
    ? ok({ set: previous.data, since: found.closedAt })
    : unreadable(`${path} does not say which records there were`, path);
}

function unreadable(reason: string, path: string) {
  return trouble(reason, `Nothing was changed. Look at ${path}; when it is worthless, remove it.`);
}
