/**
 * What adapters that close and open access have in common: the field, and markers whose `previous` is read in the
 * adapter's own terms. The marker of another thing, or one that cannot be read, is trouble: never taken for none.
 */
import { constants } from 'node:fs';
import { access as mayUse } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { Performed, Preflight } from '../../src/ports/adapter.ts';
import { failed, notReady } from './answers.ts';
import { type Marker, placeMarker, readMarker } from './marker.ts';
import { reasonOf } from './reason.ts';

export const access = (closed: string, open: string) =>
  z.enum(['closed', 'open']).check(z.describe(`closed: ${closed} open: ${open}`));

/** Why it cannot be done: what the world said, and what to do about it. */
export interface Trouble {
  readonly reason: string;
  readonly remedy: string;
  /** Measured, and bad; else it could not be done or measured. */
  readonly class?: 'check';
  /** The program's own words. */
  readonly words?: string;
}

export const trouble = (reason: string, remedy: string, words?: string): { readonly ok: false; error: Trouble } =>
  err({ reason, remedy, ...(words === undefined ? {} : { words }) });

/** Done, and then measured not to have the effect. */
export const unproven = (reason: string, remedy: string, words?: string): { readonly ok: false; error: Trouble } =>
  err({ ...trouble(reason, remedy, words).error, class: 'check' });

export const failedBy = ({ reason, remedy, words, class: found }: Trouble): Performed =>
  failed(found ?? 'error', `${reason}. ${remedy}`, words);

export const notReadyBy = ({ reason, remedy, words }: Trouble): Preflight =>
  notReady(words === undefined || words === '' ? reason : `${reason}\n${words}`, remedy);

export interface MarkerPlace<Previous> {
  /** Absolute. */
  readonly path: string;
  readonly adapter: string;
  /** What is closed, e.g. `server web1 of backend shop`. */
  readonly what: string;
  readonly previous: z.ZodMiniType<Previous>;
}

/** What was found when it was first closed; undefined: there is no marker. */
export function recall<Previous>(place: MarkerPlace<Previous>): Result<Previous | undefined, Trouble> {
  const standing = readMarker(place.path);
  if (!standing.ok) return trouble(`Marker ${standing.error}`, mendMarker(place));
  return standing.value === undefined ? ok(undefined) : understood(place, standing.value);
}

/** Durable when it returns. What counts: `previous`, or what an earlier closing has kept. */
export function keep<Previous extends Marker['previous']>(
  place: MarkerPlace<Previous>,
  previous: Previous,
  key: string,
): Result<Previous, Trouble> {
  const { path, adapter, what } = place;
  const closedAt = new Date().toISOString();
  const placed = attempt(() =>
    placeMarker(path, { schema: 'backout/access-marker/v1', adapter, what, previous, closedAt, key }),
  );
  if (!placed.ok)
    return trouble(`Marker ${placed.error}`, `Nothing was changed. See that ${dirname(path)} can be written.`);
  return understood(place, placed.value);
}

function understood<Previous>(
  place: MarkerPlace<Previous>,
  found: { readonly adapter: string; readonly what: string; readonly previous: Marker['previous'] },
): Result<Previous, Trouble> {
  if (found.adapter !== place.adapter || found.what !== place.what)
    return trouble(
      `Marker ${place.path} is of ${found.what} (${found.adapter}), not of ${place.what}`,
      'Give another `marker`.',
    );
  const previous = z.safeParse(place.previous, found.previous);
  return previous.success
    ? ok(previous.data)
    : trouble(`Marker ${place.path} does not say what was found before ${place.what} was closed`, mendMarker(place));
}

const mendMarker = ({ path, what }: MarkerPlace<unknown>): string =>
  `Look at it; when it is worthless, remove it (rm ${path}) and say in \`previous\` what open means for ${what}.`;

function attempt<T>(work: () => Result<T, string>): Result<T, string> {
  try {
    return work();
  } catch (error) {
    return err(reasonOf(error));
  }
}

/** Why a marker cannot be written at `path`; undefined where it can. Writes nothing. */
export async function cannotKeep(path: string): Promise<Trouble | undefined> {
  const folder = dirname(path);
  try {
    await mayUse(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const remedy = 'Make that folder, write to it as another user, or name another place in `marker`.';
    return { reason: `The marker cannot be kept in ${folder}: ${reasonOf(error)}`, remedy };
  }
}
