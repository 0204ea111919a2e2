/** The flag: a file that nginx looks for with every request. Made and removed; nothing is reloaded. */
import { chmodSync, closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { keep, type MarkerPlace, recall, type Trouble, trouble } from '../../support/access.ts';
import { syncFolder } from '../../support/durable.ts';
import { removeMarker } from '../../support/marker.ts';
import { codeOf, reasonOf } from '../../support/reason.ts';
import { type Input, markerPath, thing } from './input.ts';
import { proveByAnswer } from './prove.ts';

const previous = z.strictObject({ flag: z.literal('absent') });
type Previous = z.infer<typeof previous>;
const absent: Previous = { flag: 'absent' };

export function flagMarker(asked: Input, folder: string): MarkerPlace<Previous> {
  const what = `nginx by the flag ${thing(asked, folder)}`;
  return { path: markerPath(asked, folder), adapter: 'nginx/maintenance', what, previous };
}

interface Standing {
  readonly there: boolean;
  readonly marked: boolean;
}

/** Found there without a marker, nobody knows whether removing it is what open means. */
export function flagStanding(asked: Input, folder: string): Result<Standing, Trouble> {
  const flag = thing(asked, folder);
  const marker = recall(flagMarker(asked, folder));
  if (!marker.ok) return marker;
  const marked = marker.value !== undefined;
  const there = isThere(flag);
  if (!there.ok) return there;
  if (!there.value || marked || asked.previous !== undefined) return ok({ there: there.value, marked });
  return trouble(
    `nginx: found closed (${flag} is there), and no marker says what open means`,
    'If open means that it is not there, say so in the step: `previous: absent`.',
  );
}

function isThere(flag: string): Result<boolean, Trouble> {
  try {
    if (statSync(flag).isFile()) return ok(true);
    return trouble(`The flag ${flag} is not a file`, 'Correct `flag`.');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ok(false) : trouble(`The flag ${flag}: ${reasonOf(error)}`, 'Correct `flag`.');
  }
}

export async function closeByFlag(asked: Input, context: AdapterContext): Promise<Result<string, Trouble>> {
  const flag = thing(asked, context.folder);
  const standing = flagStanding(asked, context.folder);
  if (!standing.ok) return standing;
  const kept = keep(flagMarker(asked, context.folder), absent, context.key);
  if (!kept.ok) return kept;
  const made = make(flag);
  if (!made.ok) {
    if (!standing.value.marked && !standing.value.there) removeMarker(markerPath(asked, context.folder));
    return made;
  }
  const proven = await proveByAnswer(asked, context);
  if (!proven.ok) return proven;
  return ok(`closed: ${flag} is there; ${proven.value ?? 'no `check` proves that nginx looks at it'}`);
}

/** Readable for everybody: nginx's workers are another user. */
function make(flag: string): Result<null, Trouble> {
  try {
    const handle = openSync(flag, 'a', 0o644);
    fsyncSync(handle);
    closeSync(handle);
    chmodSync(flag, 0o644);
    syncFolder(dirname(flag));
    return ok(null);
  } catch (error) {
    return trouble(`The flag ${flag} cannot be made: ${reasonOf(error)}`, 'Remove the cause, then try again.');
  }
}

export async function openByFlag(asked: Input, context: AdapterContext): Promise<Result<string, Trouble>> {
  const flag = thing(asked, context.folder);
  const standing = flagStanding(asked, context.folder);
  if (!standing.ok) return standing;
  try {
    rmSync(flag, { force: true });
    syncFolder(dirname(flag));
  } catch (error) {
    return trouble(`The flag ${flag} cannot be removed: ${reasonOf(error)}`, 'Remove the cause, then try again.');
  }
  const proven = await proveByAnswer(asked, context);
  if (!proven.ok) return proven;
  const { there, marked } = standing.value;
  if (marked) removeMarker(markerPath(asked, context.folder));
  const said = there || marked ? `open: ${flag} is gone` : `was open already, without a marker: ${flag} is not there`;
  return ok(`${said}; ${proven.value ?? 'no `check` proves that nginx answers'}`);
}
