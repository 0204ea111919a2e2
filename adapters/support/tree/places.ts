/**
 * Where the trees of one restore stand. `part` is being filled; `fresh` is complete and verified, which its name alone
 * says, so that a repeat with the same key knows how far the first one came.
 */
import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { statOf } from '../durable.ts';

export interface Places {
  readonly key: string;
  readonly target: string;
  /** The folder in which all of them stand. */
  readonly parent: string;
  readonly part: string;
  readonly fresh: string;
  readonly old: string;
}

export function renamePlaces(target: string, key: string): Places {
  return placesIn(dirname(target), basename(target), target, key);
}

function placesIn(parent: string, name: string, target: string, key: string): Places {
  const at = (what: string) => join(parent, `.${name}.backout-${what}-${key}`);
  return { key, target, parent, part: at('part'), fresh: at('new'), old: at('old') };
}

export interface LinkPlaces extends Places {
  /** Where the restored tree stays: the link points at it. */
  readonly home: string;
  /** What to write into the link: relative where the old one was. */
  readonly pointer: string;
  /** What the link points at now; null when there is no link. */
  readonly current: string | null;
}

/** Beside the tree that the link points at now, on its file system; without one, beside the link. */
export function linkPlaces(target: string, key: string): LinkPlaces {
  const link = statOf(target)?.isSymbolicLink() === true ? readlinkSync(target) : null;
  const current = link === null ? null : realpathOr(resolve(dirname(target), link));
  const parent = current === null ? dirname(target) : dirname(current);
  const base = basename(current ?? target).replace(/\.backout-[A-Za-z0-9_-]+$/, '');
  const home = join(parent, `${base}.backout-${key}`);
  const relative = link !== null && !isAbsolute(link);
  const pointer = relative ? join(dirname(link), basename(home)) : home;
  return { ...placesIn(parent, base, target, key), home, pointer, current };
}

function realpathOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
