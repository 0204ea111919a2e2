/**
 * Walks a tree, links not followed. Folders are read at once and not one name at a time: with a hundred thousand files
 * that is most of the time; a breath between keeps whoever else is in this process alive. Names are taken as bytes
 * (`latin1` here): not every file's name is UTF-8.
 */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { setImmediate as breath } from 'node:timers/promises';

export interface Leaf {
  /** Below the root, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'other';
}

interface RawLeaf {
  /** Absolute, in bytes. */
  readonly place: string;
  readonly kind: 'file' | 'other';
}

const raw = (path: string): Buffer => Buffer.from(path, 'latin1');
const inBytes = (path: string): string => Buffer.from(path, 'utf8').toString('latin1');
const foldersABreath = 32;

async function* leavesBelow(root: string): AsyncGenerator<readonly RawLeaf[]> {
  const waiting = [root];
  for (let count = 1; ; count += 1) {
    const folder = waiting.pop();
    if (folder === undefined) return;
    if (count % foldersABreath === 0) await breath();
    const leaves: RawLeaf[] = [];
    const items: Dirent[] = readdirSync(raw(folder), { encoding: 'latin1', withFileTypes: true });
    for (const item of items) {
      const place = `${folder}/${item.name}`;
      if (item.isDirectory()) waiting.push(place);
      else leaves.push({ place, kind: item.isFile() ? 'file' : 'other' });
    }
    yield leaves;
  }
}

/** Everything below `root` that is not a folder, in no order. */
export async function* filesBelow(root: string): AsyncGenerator<Leaf> {
  const top = inBytes(root);
  for await (const leaves of leavesBelow(top)) {
    for (const { place, kind } of leaves) yield { path: raw(place.slice(top.length + 1)).toString('utf8'), kind };
  }
}

export interface TreeSize {
  readonly files: number;
  readonly bytes: number;
}

export async function sizeOfTree(root: string): Promise<TreeSize> {
  let files = 0;
  let bytes = 0;
  for await (const leaves of leavesBelow(inBytes(root))) {
    files += leaves.length;
    for (const { place, kind } of leaves) if (kind === 'file') bytes += lstatSync(raw(place)).size;
  }
  return { files, bytes };
}
