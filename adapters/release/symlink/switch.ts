/** Points the link at another release: a new link aside, renamed over the old one, so that it is never absent. */
import { lchownSync, lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative, resolve } from 'node:path';
import { statOf, syncFolder } from '../../support/durable.ts';
import type { Order } from './input.ts';
import type { Current } from './layout.ts';

export function pointLink(order: Order, current: Current | null, to: string): void {
  const { link } = order;
  const aside = `${link}.backout-next`;
  rmSync(aside, { force: true });
  symlinkSync(pointerTo(order, current, to), aside);
  const old = statOf(link);
  if (old !== undefined && process.getuid?.() === 0) lchownSync(aside, old.uid, old.gid);
  renameSync(aside, link);
  syncFolder(dirname(link));
}

/** Relative where the old one was; without an old one relative too, as Capistrano's successors have it. */
export function pointerTo({ link, releases }: Order, current: Current | null, to: string): string {
  const place = join(releases, to, current?.below ?? '');
  if (current !== null && isAbsolute(current.pointer)) return place;
  const short = relative(dirname(link), place);
  return normalize(resolve(dirname(link), short)) === normalize(place) ? short : place;
}

/** The folder that it must lead to is there. */
export function leadsSomewhere({ releases }: Order, current: Current | null, to: string): boolean {
  const place = join(releases, to, current?.below ?? '');
  return statOf(place) !== undefined && lstatSync(place).isDirectory();
}
