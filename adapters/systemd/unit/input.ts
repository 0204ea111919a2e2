import { dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { access } from '../../support/access.ts';
import { duration, optionalText } from '../../support/fields.ts';
import { unitFields } from '../units.ts';

export const input = z.strictObject({
  access: access(
    'stops the units and waits until they are inactive.',
    'starts those again that were active before, and waits until they are active.',
  ),
  ...unitFields(
    'The unit, or a list of units, e.g. shop.service. Sockets, timers and paths are stopped first and started last. An enabled unit is started again by a reboot.',
  ),
  within: z._default(
    duration('How long all of it may take. Default: 2m (systemd itself ends a unit after 90s).'),
    120_000,
  ),
  steady: z._default(duration('How long a unit must stay active to be taken for open. Default: 1s.'), 1_000),
  marker: optionalText(
    'Where it is kept what was found, until it is opened again: a path, to which `.UNIT` is added. Default: /var/lib/backout-markers/unit, for `scope: user` ~/.local/state/backout-markers/unit.',
  ),
  previous: z.optional(
    z
      .enum(['active', 'inactive'])
      .check(z.describe('What open means for units that are all found stopped, without a marker that says it.')),
  ),
});
export type Input = z.infer<typeof input>;

interface Where {
  readonly folder: string;
  readonly env: { readonly [name: string]: string };
}

export function markerPath(asked: Input, unit: string, where: Where): string {
  return `${markerStem(asked, where)}.${unit}`;
}

function markerStem({ marker, scope }: Input, { folder, env }: Where): string {
  if (marker !== undefined) return resolve(folder, marker);
  if (scope === 'system') return '/var/lib/backout-markers/unit';
  return join(env.XDG_STATE_HOME ?? join(env.HOME ?? '/', '.local/state'), 'backout-markers/unit');
}

/** Only our own: a folder that somebody names has to be there. */
export const folderToMake = (asked: Input, where: Where): string | undefined =>
  asked.marker === undefined ? dirname(markerStem(asked, where)) : undefined;

/** What starts others comes first: it would start them again. */
export function inStopOrder(units: readonly string[]): readonly string[] {
  const starts = (unit: string) => /\.(?:socket|timer|path|automount)$/.test(unit);
  return [...units.filter(starts), ...units.filter((unit) => !starts(unit))];
}
