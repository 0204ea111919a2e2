/**
 * Before a real run: is it late, and what was decided about the window? A run with neither a window that has ended nor
 * anything recorded of its change pays one look into the home for this.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseInstant } from '../../kernel/instant.ts';
import type { Home } from '../../runtime/home/home.ts';
import { encodeSystem } from '../../runtime/home/system-folder.ts';
import type { Beginning } from '../begin-run.ts';

/** What the run's journal is to say of it; undefined: somebody was asked and did not want it. */
export async function windowNotes(beginning: Beginning): Promise<readonly string[] | undefined> {
  if (!perhapsLate(beginning)) return [];
  const { acceptLate } = await import('./accept-late.ts');
  return acceptLate(beginning);
}

function perhapsLate({ home, planned }: Beginning): boolean {
  const { change, kind } = planned.plan;
  if (kind === 'change') return false;
  if (typeof change.windowEnds === 'string' && hasPerhapsEnded(change.windowEnds)) return true;
  return typeof change.id === 'string' && existsSync(changeFolder(home, change.id));
}

/** A time that cannot be read, as of a plan of an earlier release, is no reason to think that the window is open. */
function hasPerhapsEnded(windowEnds: string): boolean {
  const ends = parseInstant(windowEnds);
  return !ends.ok || ends.value <= Date.now();
}

export const changeFolder = (home: Home, change: string): string => join(home.path, 'changes', encodeSystem(change));
