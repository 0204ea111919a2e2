/**
 * The include: a file of the configuration, replaced while access is closed and put back exactly. Owns: that nginx has
 * accepted what stands there before it is told to reload, and that what it refuses is taken away again.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { keep, type MarkerPlace, recall, type Trouble, trouble } from '../../support/access.ts';
import { removeMarker } from '../../support/marker.ts';
import { reasonOf } from '../../support/reason.ts';
import { reads, testConfig } from './config.ts';
import { type Input, markerPath, thing } from './input.ts';
import { closedFile, type Found, found, readPlace, writePlace } from './place.ts';
import { proveByAnswer } from './prove.ts';
import { mayReload, reload } from './reload.ts';

/** `closed`: SHA-256 of what backout has put there, to tell it from what somebody else did meanwhile. */
const previous = z.strictObject({ found, closed: z.string() });
type Previous = z.infer<typeof previous>;

export function includeMarker(asked: Input, folder: string): MarkerPlace<Previous> {
  const what = `nginx by the include ${thing(asked, folder)}`;
  return { path: markerPath(asked, folder), adapter: 'nginx/maintenance', what, previous };
}

export interface Standing {
  readonly path: string;
  readonly now: Found;
  /** What open means. */
  readonly before: Found;
  /** Undefined: the step that opens has not said it. */
  readonly closedContent: string | undefined;
  /** Undefined: something stands there, and neither a marker nor the step says what it looks like when closed. */
  readonly isClosed: boolean | undefined;
  readonly marked: boolean;
}

const digest = (content: string): string => createHash('sha256').update(content).digest('hex');

export function includeStanding(asked: Input, folder: string): Result<Standing, Trouble> {
  const path = thing(asked, folder);
  const content = closedContentOf(asked, folder);
  if (!content.ok) return content;
  const marker = recall(includeMarker(asked, folder));
  if (!marker.ok) return marker;
  const now = readPlace(path);
  if (!now.ok) return now;
  const isClosed = holdsPage(now.value, content.value, marker.value);
  const standing = { path, now: now.value, closedContent: content.value, isClosed };
  if (marker.value !== undefined) return marked(standing, marker.value.found);
  if (!isClosed) return ok({ ...standing, before: now.value, marked: false });
  const before = stated(asked, path, folder);
  return before.ok ? ok({ ...standing, before: before.value, marked: false }) : before;
}

function holdsPage(now: Found, content: string | undefined, marker: Previous | undefined): boolean | undefined {
  if (now.kind === 'absent') return false;
  if (content === undefined && marker === undefined) return undefined;
  if (now.kind === 'link') return false;
  const stands = digest(now.content);
  return stands === marker?.closed || (content !== undefined && stands === digest(content));
}

function closedContentOf({ content, source }: Input, folder: string): Result<string | undefined, Trouble> {
  if (content !== undefined) return ok(`${content.trimEnd()}\n`);
  if (source === undefined) return ok(undefined);
  const file = resolve(folder, source);
  try {
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    return trouble(`\`source\` ${file}: ${reasonOf(error)}`, 'Correct `source`.');
  }
}

type Seen = Pick<Standing, 'path' | 'now' | 'closedContent' | 'isClosed'>;

/** Neither ours nor what was there before: somebody has changed it since, and that must not be lost. */
function marked(seen: Seen, before: Found): Result<Standing, Trouble> {
  const known = seen.isClosed === true || seen.now.kind === 'absent' || isDeepStrictEqual(seen.now, before);
  if (known) return ok({ ...seen, before, marked: true });
  return trouble(
    `${seen.path} was changed by somebody after it was closed: it is neither the maintenance page nor what was there before`,
    `Save what is yours in it, remove it (rm ${seen.path}), then try again: the marker holds what was there before.`,
  );
}

function stated(asked: Input, path: string, folder: string): Result<Found, Trouble> {
  if (asked.previous === 'absent') return ok({ kind: 'absent' });
  if (asked.previous === undefined)
    return trouble(
      `nginx: found closed (${path} has the maintenance page), and no marker says what open means`,
      'Say it in the step: `previous: absent`, or `previous:` with the path of a file with what it said.',
    );
  const file = resolve(folder, asked.previous);
  try {
    return ok(closedFile(readFileSync(file, 'utf8'), { kind: 'absent' }));
  } catch (error) {
    return trouble(`\`previous\` ${file}: ${reasonOf(error)}`, 'Correct `previous`.');
  }
}

export async function closeByInclude(asked: Input, context: AdapterContext): Promise<Result<string, Trouble>> {
  const standing = includeStanding(asked, context.folder);
  if (!standing.ok) return standing;
  const { path, before, closedContent = '', isClosed } = standing.value;
  const sound = await testConfig(asked, context, 'its configuration as it stands, before anything was changed');
  if (!sound.ok) return sound;
  const may = await mayReload(asked, context, sound.value);
  if (!may.ok) return may;
  const place = includeMarker(asked, context.folder);
  const kept = keep(place, { found: before, closed: digest(closedContent) }, context.key);
  if (!kept.ok) return kept;
  const changed = isClosed ? ok(null) : writePlace(path, closedFile(closedContent, before));
  if (!changed.ok) {
    if (!standing.value.marked) removeMarker(place.path);
    return changed;
  }
  const accepted = await testConfig(asked, context, `the maintenance page in ${path}, which was taken away again`);
  const problem = accepted.ok && !reads(accepted.value, path) ? notRead(path) : accepted;
  if (!problem.ok) return takeBack(problem.error, path, before, place);
  const reloaded = await reload(asked, context, problem.value);
  return reloaded.ok ? ok(`closed: ${path} has the maintenance page; ${reloaded.value}`) : reloaded;
}

const notRead = (path: string) =>
  trouble(
    `nginx does not read ${path}: no \`include\` of its configuration names it, so it was taken away again`,
    `Add \`include ${path}*;\` to the \`server\` that is to be closed, or correct \`include\`.`,
  );

/** Nothing was reloaded, so access is as it was: what was written is undone, and the marker with it. */
function takeBack(cause: Trouble, path: string, before: Found, place: MarkerPlace<Previous>): Result<never, Trouble> {
  const back = writePlace(path, before);
  if (!back.ok) return back;
  removeMarker(place.path);
  return { ok: false, error: cause };
}

export async function openByInclude(asked: Input, context: AdapterContext): Promise<Result<string, Trouble>> {
  const standing = includeStanding(asked, context.folder);
  if (!standing.ok) return standing;
  const { path, now, before, isClosed, marked: hasMarker } = standing.value;
  if (!hasMarker && isClosed === undefined && asked.check === undefined) return notKnown(path);
  if (!hasMarker && isClosed !== true) return alreadyOpen(asked, context, path);
  const back = writePlace(path, before);
  if (!back.ok) return back;
  const accepted = await testConfig(
    asked,
    context,
    `what was in ${path} before, so the maintenance page was put there again`,
  );
  if (!accepted.ok) {
    const again = writePlace(path, now);
    return again.ok ? accepted : again;
  }
  const reloaded = await reload(asked, context, accepted.value);
  if (!reloaded.ok) return reloaded;
  removeMarker(markerPath(asked, context.folder));
  return ok(`open: ${path} is as it was; ${reloaded.value}`);
}

const notKnown = (path: string) =>
  trouble(
    `nginx: there is no marker, so it is not known whether what stands in ${path} is the maintenance page`,
    'Look at it. Then give `content` or `source` as in the step that closes (and `previous`), or give `check`.',
  );

async function alreadyOpen(asked: Input, context: AdapterContext, path: string): Promise<Result<string, Trouble>> {
  const proven = await proveByAnswer(asked, context);
  if (!proven.ok) return proven;
  return ok(
    `was open already, without a marker: ${path} is left as it is${proven.value === null ? '' : `; ${proven.value}`}`,
  );
}
