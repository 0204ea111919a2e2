/**
 * The release of the scene that goes wrong: a tidying at its start takes every third photo for a copy, and empties
 * thumbnails that it means to make anew.
 */
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

const numberOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 1);

export function start(uploads: string, thumbnails: string): void {
  for (const name of readdirSync(uploads)) if (numberOf(name) % 3 === 0) rmSync(join(uploads, name));
  for (const name of readdirSync(thumbnails)) if (numberOf(name) % 4 === 0) truncateSync(join(thumbnails, name));
}
