/**
 * Notes that backout keeps in a database's comment: it needs no more rights than the owner has, changes in the same
 * transaction as what it notes, survives a restart, and an operator sees it with `\l+`. One line for people, then JSON.
 */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type Marker, parseMarker } from '../../support/marker.ts';

const accessHead = 'Access is closed by backout, which needs the next line to open it again:';
const stagingHead = 'Staged by backout, not in use:';
const restoredHead = 'Restored by backout:';

/** Undefined: the comment is none of a closed access. */
export function accessMarkerIn(comment: string | null, database: string): Result<Marker | undefined, string> {
  const body = bodyAfter(accessHead, comment);
  return body === undefined ? ok(undefined) : parseMarker(body, `the comment of the database ${database}`);
}

export const accessNote = (marker: Marker): string => `${accessHead}\n${JSON.stringify(marker)}`;

const staging = z.object({
  target: z.string(),
  key: z.string(),
  stage: z.enum(['restoring', 'ready']),
  dump: z.string(),
});
export type Staging = z.infer<typeof staging>;

export const stagingNote = (note: Staging): string => `${stagingHead}\n${JSON.stringify(note)}`;

export function stagingIn(comment: string | null): Staging | undefined {
  const parsed = z.safeParse(staging, jsonIn(bodyAfter(stagingHead, comment)));
  return parsed.success ? parsed.data : undefined;
}

/** Only where there was no database, and so no comment, before. */
export const restoredNote = (key: string): string => `${restoredHead} ${key}`;

const bodyAfter = (head: string, comment: string | null): string | undefined =>
  comment?.startsWith(`${head}\n`) === true ? comment.slice(head.length + 1) : undefined;

function jsonIn(body: string | undefined): unknown {
  try {
    return body === undefined ? undefined : JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** For a schema's own record of what it found. */
export function recordOf<T>(schema: z.ZodMiniType<T>, given: unknown, where: string): Result<T, string> {
  const parsed = z.safeParse(schema, given);
  return parsed.success ? ok(parsed.data) : err(`${where}: ${z.prettifyError(parsed.error)}`);
}
