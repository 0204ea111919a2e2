import { isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { optionalText, text, texts } from '../../support/fields.ts';

const name = /^[^/\n]+$/;

export const input = z.strictObject({
  path: text('The folder of the application: it holds the releases and the link to the current one.'),
  to: z.optional(
    z.string().check(
      z.regex(name, 'the name of a release, not a path'),
      z.refine((value) => value !== '.' && value !== '..', 'the name of a release'),
      z.describe(
        'The release to go back to, by its name, or `previous` (default): the one before the one that is current. Which one that is, is decided once and recorded, so that a repeat does not go back twice.',
      ),
    ),
  ),
  current: optionalText('The link to the current release, below `path`. Default: current.'),
  releases: optionalText('The folder that holds the releases, below `path`. Default: releases.'),
  mustHold: z.optional(
    texts('Files that a release must hold to be gone back to, e.g. `REVISION`: one that was never finished has none.'),
  ),
  halt: optionalText(
    'A file, below `path`, that stops the deploy tool from rolling the release out further. It is written before the link is changed; you remove it.',
  ),
  quarantine: z.optional(
    z
      .boolean()
      .check(
        z.describe(
          'Mark the release that is left with a file BACKED_OUT in it; a marked one is never gone back to. Default: false.',
        ),
      ),
  ),
});
export type Input = z.infer<typeof input>;

/** The input with absolute paths and all defaults. */
export interface Order {
  readonly path: string;
  readonly to: string;
  readonly link: string;
  readonly releases: string;
  readonly mustHold: readonly string[];
  readonly halt: string | null;
  readonly quarantine: boolean;
}

export function orderOf(asked: Input, folder: string): Order {
  const path = resolve(folder, asked.path);
  const below = (place: string) => (isAbsolute(place) ? place : join(path, place));
  return {
    path,
    to: asked.to ?? 'previous',
    link: below(asked.current ?? 'current'),
    releases: below(asked.releases ?? 'releases'),
    mustHold: asked.mustHold ?? [],
    halt: asked.halt === undefined ? null : below(asked.halt),
    quarantine: asked.quarantine ?? false,
  };
}
