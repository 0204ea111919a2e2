/**
 * Whether two paths reach the same files: links are followed as far as anything is there, and a folder reaches whatever
 * lies in it, also through a second mount of it.
 */
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { PlaceOnDisk } from '../../ports/adapter.ts';

interface OnDisk {
  readonly real: string;
  /** Device and inode, of itself first and then of the folders above it; null where nothing is there. */
  readonly ids: readonly (string | null)[];
}

/** One of them is the other, or lies in it. */
export function overlap(one: PlaceOnDisk, other: PlaceOnDisk): boolean {
  if (one.beside !== undefined && other.beside !== undefined && one.beside !== other.beside) return false;
  const [a, b] = [onDisk(one), onDisk(other)];
  return isInside(a, b) || isInside(b, a);
}

function isInside(inner: OnDisk, outer: OnDisk): boolean {
  const [own] = outer.ids;
  if (typeof own === 'string' && inner.ids.includes(own)) return true;
  return inner.real === outer.real || inner.real.startsWith(outer.real === '/' ? '/' : `${outer.real}/`);
}

function onDisk({ path }: PlaceOnDisk): OnDisk {
  const real = realPath(path);
  const ids = [idOf(real)];
  for (let at = real; at !== dirname(at); at = dirname(at)) ids.push(idOf(dirname(at)));
  return { real, ids };
}

const mostLinks = 40;

/** Of what is not there yet: its real folder, and its name. A link that leads to nothing yet leads there all the same. */
export function realPath(path: string, links = 0): string {
  try {
    return realpathSync(path);
  } catch {
    if (path === dirname(path)) return path;
    const target = links < mostLinks ? targetOf(path) : undefined;
    if (target !== undefined) return realPath(resolve(dirname(path), target), links + 1);
    return join(realPath(dirname(path), links), basename(path));
  }
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function idOf(real: string): string | null {
  try {
    const { dev, ino } = lstatSync(real, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
