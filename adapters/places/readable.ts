/** What the programs of the steps would read on this machine: settings that say where they go. */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { PlaceContext } from '../../src/ports/adapter.ts';

const mostBytes = 4_000_000;

/** Undefined: there is no such file, or it cannot be read. */
export function textAt(file: string): string | undefined {
  try {
    const found = statSync(file);
    return found.isFile() && found.size <= mostBytes ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

export const homeOf = ({ env }: PlaceContext): string => filled(env.HOME) ?? homedir();

/** An empty variable is as good as none. */
export const filled = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
