import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

export interface Leaf {
  /** Below the root, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'other';
}

/** Everything below `root` that is not a folder, links not followed. */
export async function* filesBelow(root: string, below = ''): AsyncGenerator<Leaf> {
  for await (const item of await opendir(join(root, below))) {
    const path = below === '' ? item.name : `${below}/${item.name}`;
    if (item.isDirectory()) yield* filesBelow(root, path);
    else yield { path, kind: item.isFile() ? 'file' : 'other' };
  }
}

export interface TreeSize {
  readonly files: number;
  readonly bytes: number;
}

export async function sizeOfTree(root: string): Promise<TreeSize> {
  let files = 0;
  let bytes = 0;
  for await (const { path, kind } of filesBelow(root)) {
    files += 1;
    if (kind === 'file') bytes += (await lstat(join(root, path))).size;
  }
  return { files, bytes };
}
