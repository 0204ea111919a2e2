/** What a snapshot holds below a root, as `restic ls --json` says, and whether a restored tree is that. */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import * as z from 'zod/mini';
import { some } from '../../support/words.ts';

const node = z.object({
  struct_type: z.literal('node'),
  type: z.string(),
  path: z.string(),
  size: z.optional(z.number()),
});

export interface Entry {
  readonly type: string;
  readonly size: number;
}

/** Path, as restic shows it, → what it is. */
export type Listing = ReadonlyMap<string, Entry>;

export function readNode(line: string, into: Map<string, Entry>): void {
  if (!line.includes('"struct_type":"node"')) return;
  const parsed = z.safeParse(node, JSON.parse(line));
  if (parsed.success) into.set(parsed.data.path, { type: parsed.data.type, size: parsed.data.size ?? 0 });
}

/**
 * Where the folder `path` stands in a snapshot of `backedUp`: under its full path; where it was given to restic as a
 * relative one, under the end of it; and where that was `.`, at the root. Undefined: nowhere.
 */
export function rootOf(listing: Listing, path: string, backedUp: readonly string[]): string | undefined {
  if (listing.has(path)) return path;
  const whole = backedUp.includes(path);
  const tops = [...listing.keys()].filter((name) => name.lastIndexOf('/') === 0).length;
  // A folder given by a relative path is the only thing at the top; `.` has all that it holds there.
  if (whole && backedUp.length === 1 && tops > 1) return '/';
  const parts = path.split('/').filter((part) => part !== '');
  const ends = parts.map((_, from) => `/${parts.slice(from).join('/')}`);
  return ends.find((end) => listing.has(end)) ?? (whole ? '/' : undefined);
}

/** Below `root`, and of that what `include` names; paths relative to the root. */
export function below(listing: Listing, root: string, include: readonly string[] | null): Listing {
  const stem = root === '/' ? '/' : `${root}/`;
  const found = new Map<string, Entry>();
  for (const [path, entry] of listing) {
    if (!path.startsWith(stem)) continue;
    const short = path.slice(stem.length);
    if (include === null || include.some((one) => short === one || short.startsWith(`${one}/`)))
      found.set(short, entry);
  }
  return found;
}

export interface Totals {
  readonly files: number;
  readonly bytes: number;
}

export function totalsOf(listing: Listing): Totals {
  let [files, bytes] = [0, 0];
  for (const { type, size } of listing.values()) {
    if (type !== 'dir') files += 1;
    if (type === 'file') bytes += size;
  }
  return { files, bytes };
}

/** Why the tree at `root` is not what the listing says; null when it is. Content is what `restic --verify` has read. */
export function faultOf(root: string, listing: Listing): string | null {
  const there = treeAt(root);
  const missing: string[] = [];
  const different: string[] = [];
  for (const [path, { type, size }] of listing) {
    // restic keeps a socket's name and does not make it again.
    if (type === 'socket') continue;
    const found = there.get(comparable(path));
    if (found === undefined) missing.push(path);
    else if (found.type !== kindOf(type) || (type === 'file' && found.size !== size)) different.push(path);
  }
  const faults = [
    ...(missing.length === 0 ? [] : [`${missing.length} missing: ${some(missing)}`]),
    ...(different.length === 0 ? [] : [`${different.length} of another size or kind: ${some(different)}`]),
  ];
  return faults.length === 0 ? null : faults.join('; ');
}

const kindOf = (type: string): string => (type === 'file' || type === 'dir' || type === 'symlink' ? type : 'other');

/** Names as bytes: one that is no UTF-8 is read too. JSON has such a byte as U+FFFD. */
function treeAt(root: string): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>();
  const slash = Buffer.from('/');
  const look = (folder: Buffer, above: string) => {
    for (const item of readdirSync(folder, { encoding: 'buffer', withFileTypes: true })) {
      const place = Buffer.concat([folder, slash, item.name]);
      const path = `${above}${item.name.toString('utf8')}`;
      const type = typeOf(item);
      found.set(comparable(path), { type, size: type === 'file' ? lstatSync(place).size : 0 });
      if (type === 'dir') look(place, `${path}/`);
    }
  };
  look(Buffer.from(root), '');
  return found;
}

function typeOf(item: Dirent<Buffer>): string {
  if (item.isFile()) return 'file';
  if (item.isDirectory()) return 'dir';
  return item.isSymbolicLink() ? 'symlink' : 'other';
}

const comparable = (path: string): string => path.replaceAll(/\ufffd+/g, '\ufffd');
