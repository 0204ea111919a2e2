import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { statOf } from '../../support/durable.ts';
import { leftBehind } from '../../support/leftovers.ts';

/** Files that SQLite keeps beside a database. */
export const sidecars = ['-journal', '-wal', '-shm'] as const;

export interface Places {
  readonly key: string;
  readonly database: string;
  readonly parent: string;
  /** Being filled. */
  readonly part: string;
  /** Complete, verified and on disk. */
  readonly fresh: string;
  readonly old: string;
}

export function placesOf(database: string, key: string): Places {
  const parent = dirname(database);
  const at = (what: string) => join(parent, `.${basename(database)}.backout-${what}-${key}`);
  return { key, database, parent, part: at('part'), fresh: at('new'), old: at('old') };
}

export function sameFile(one: string, other: string): boolean {
  const [a, b] = [statOf(one), statOf(other)];
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

/** Removes half-made copies: this attempt's own, and what earlier attempts have staged and not used. */
export function sweep({ part, fresh, key }: Places): void {
  const own = ['', ...sidecars].map((suffix) => part + suffix);
  for (const copy of [...own, ...leftBehind(part, key), ...leftBehind(fresh, key)]) rmSync(copy, { force: true });
}
