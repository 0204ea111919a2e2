/** A marker for each unit: what it was before it was first stopped. */
import { mkdirSync } from 'node:fs';
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { keep, type MarkerPlace, recall, type Trouble, trouble } from '../../support/access.ts';
import { removeMarker } from '../../support/marker.ts';
import { reasonOf } from '../../support/reason.ts';
import { shown, type Unit } from '../units.ts';
import { folderToMake, type Input, markerPath } from './input.ts';

const previous = z.strictObject({ state: z.enum(['active', 'inactive']) });
type Previous = z.infer<typeof previous>;

export interface Meant {
  readonly unit: Unit;
  readonly marked: boolean;
  /** What open means. */
  readonly open: 'active' | 'inactive';
}

function placeOf(asked: Input, unit: string, context: AdapterContext): MarkerPlace<Previous> {
  const what = `${asked.scope} unit ${unit}`;
  return { path: markerPath(asked, unit, context), adapter: 'systemd/unit', what, previous };
}

export const runs = ({ active }: Unit): boolean =>
  active === 'active' || active === 'reloading' || active === 'activating';
export const isDown = ({ active }: Unit): boolean => active === 'inactive' || active === 'failed';

/** A stopped unit among running ones is meant to be stopped; where all are stopped, nobody knows without a marker. */
export function meaning(
  asked: Input,
  units: readonly Unit[],
  context: AdapterContext,
): Result<readonly Meant[], Trouble> {
  const meant: Meant[] = [];
  const allStopped = !units.some(runs);
  for (const unit of units) {
    const found = recall(placeOf(asked, unit.name, context));
    if (!found.ok) return found;
    const marked = found.value !== undefined;
    if (!marked && allStopped && asked.previous === undefined) return nobodyKnows(unit);
    const stated = allStopped ? asked.previous : undefined;
    meant.push({ unit, marked, open: found.value?.state ?? stated ?? (runs(unit) ? 'active' : 'inactive') });
  }
  return ok(meant);
}

const nobodyKnows = (unit: Unit) =>
  trouble(
    `Unit ${shown(unit)}: found stopped, and no marker says what open means`,
    'Say it in the step: `previous: active` (it runs when access is open) or `previous: inactive`.',
  );

/** All are durable before anything is stopped. */
export function keepAll(asked: Input, meant: readonly Meant[], context: AdapterContext): Result<null, Trouble> {
  const folder = folderToMake(asked, context);
  try {
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    return trouble(`The marker cannot be kept in ${folder}: ${reasonOf(error)}`, 'Name another place in `marker`.');
  }
  for (const { unit, open } of meant) {
    const kept = keep(placeOf(asked, unit.name, context), { state: open }, context.key);
    if (!kept.ok) return kept;
  }
  return ok(null);
}

export function forgetAll(asked: Input, meant: readonly Meant[], context: AdapterContext): void {
  for (const { unit, marked } of meant) if (marked) removeMarker(markerPath(asked, unit.name, context));
}
