/** Read-only: which snapshot, what of it, and can it be restored? Shared by preflight, probe and work. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Obstacle } from '../../support/programs.ts';
import type { Order } from './input.ts';
import { below, type Entry, type Listing, readNode, rootOf, type Totals, totalsOf } from './listing.ts';
import { lockedOut } from './locks.ts';
import { type Asking, restic, resticLines } from './restic.ts';
import { chooseSnapshot, inWords, parseSnapshots, type Snapshot } from './snapshots.ts';

export interface Backup extends Totals {
  readonly snapshot: Snapshot;
  /** The folder in the snapshot that becomes the target, as restic shows it. */
  readonly root: string;
  /** What is to be put back, below the root. */
  readonly listing: Listing;
}

const refuse = (reason: string, remedy: string) => err<Obstacle>({ reason, remedy });
const lookMs = 120_000;

export async function examine(given: Asking): Promise<Result<Backup, Obstacle>> {
  const asking = { ...given, timeoutMs: lookMs };
  const { order } = asking;
  const listed = await restic(asking, ['--no-lock', '--quiet', 'snapshots', '--json']);
  if (!listed.ok) return listed;
  const all = parseSnapshots(listed.value);
  if (!all.ok) return all;
  const chosen = chooseSnapshot(all.value, order, Date.now());
  if (!chosen.ok) return chosen;
  if (!order.noLock) {
    const locked = await lockedOut(asking);
    if (locked !== null) return err(locked);
  }
  return contentsOf(given, chosen.value);
}

async function contentsOf(asking: Asking, snapshot: Snapshot): Promise<Result<Backup, Obstacle>> {
  const { order } = asking;
  const all = new Map<string, Entry>();
  const read = await resticLines(asking, ['--no-lock', '--quiet', 'ls', '--json', snapshot.id], (line) =>
    readNode(line, all),
  );
  if (!read.ok) return read;
  const root = rootIn(all, snapshot, order);
  if (!root.ok) return root;
  const listing = below(all, root.value, order.include);
  const totals = totalsOf(listing);
  const backup = { snapshot, root: root.value, listing, ...totals };
  const what = inWords(snapshot);
  const absent = order.include?.find((path) => !listing.has(path));
  if (absent !== undefined)
    return refuse(`${what} has no ${absent} in ${root.value}`, 'Correct `include`, or take another.');
  if (totals.files === 0) return refuse(`${what} holds no file in ${root.value}`, 'Take another snapshot.');
  if (totals.files >= order.minFiles) return ok(backup);
  return refuse(
    `${what} holds ${totals.files} files in ${root.value}, fewer than \`minFiles: ${order.minFiles}\``,
    'Take another snapshot, or lower `minFiles`.',
  );
}

function rootIn(all: Listing, snapshot: Snapshot, { subfolder, path }: Order): Result<string, Obstacle> {
  const what = inWords(snapshot);
  const [only, ...more] = snapshot.paths;
  const wanted = path ?? only;
  if (subfolder === null && path === null && more.length > 0) {
    return refuse(`${what} holds ${snapshot.paths.join(', ')}`, 'Say which one becomes the target: `path`.');
  }
  const root = subfolder ?? (wanted === undefined ? '/' : rootOf(all, wanted, snapshot.paths));
  if (root === undefined) return refuse(`${what} has no ${path}`, 'Correct `path`, or name the place as `subfolder`.');
  const type = root === '/' ? 'dir' : all.get(root)?.type;
  if (type === 'dir') return ok(root);
  const why = type === undefined ? `has no ${root}` : `has a ${type} at ${root}, no folder`;
  return refuse(`${what} ${why}`, 'Name a folder; single files are put back with `include`.');
}

/** `structure` or `data`, as the order says; null where nothing was asked or nothing is wrong. */
export async function checkRepository(asking: Asking): Promise<Obstacle | null> {
  const { check, noLock } = asking.order;
  if (check === null) return null;
  const checked = await restic(asking, checkArgs(check, noLock));
  return checked.ok ? null : checked.error;
}

export const checkArgs = (check: 'structure' | 'data', noLock: boolean): readonly string[] => [
  ...(noLock ? ['--no-lock'] : []),
  'check',
  ...(check === 'data' ? ['--read-data'] : []),
];
