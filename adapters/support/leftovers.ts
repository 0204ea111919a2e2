import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { statOf } from './durable.ts';

/** What other attempts have left where this one (`key`) has `own`: the same name but for the key. */
export function leftBehind(own: string, key: string): readonly string[] {
  const parent = dirname(own);
  const stem = basename(own).slice(0, -key.length);
  if (statOf(parent)?.isDirectory() !== true) return [];
  return readdirSync(parent)
    .filter((name) => name.startsWith(stem) && !name.startsWith(basename(own)))
    .map((name) => join(parent, name))
    .sort();
}
