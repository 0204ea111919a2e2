/** Which snapshot is meant. Pure: what the repository holds is given. A guess between two hosts or trees is refused. */
import * as z from 'zod/mini';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Obstacle } from '../../support/programs.ts';
import type { Order } from './input.ts';

const snapshot = z.object({
  id: z.string(),
  short_id: z.string(),
  time: z.string(),
  hostname: z.string(),
  paths: z.array(z.string()),
  tags: z.optional(z.nullable(z.array(z.string()))),
});
export type Snapshot = z.infer<typeof snapshot>;

const refuse = (reason: string, remedy: string) => err<Obstacle>({ reason, remedy });

export function parseSnapshots(output: string): Result<readonly Snapshot[], Obstacle> {
  try {
    const parsed = z.safeParse(z.nullable(z.array(snapshot)), JSON.parse(output));
    if (parsed.success) return ok(parsed.data ?? []);
  } catch {}
  return refuse('restic lists its snapshots in another form than expected', 'Take restic 0.12 or newer.');
}

export function chooseSnapshot(all: readonly Snapshot[], order: Order, now: number): Result<Snapshot, Obstacle> {
  const chosen = order.snapshot === 'latest' ? latest(all, order) : byId(all, order);
  if (!chosen.ok || order.newerThanMs === null) return chosen;
  const age = now - Date.parse(chosen.value.time);
  if (age <= order.newerThanMs) return chosen;
  const told = `\`newerThan: ${formatDuration(order.newerThanMs)}\``;
  return refuse(
    `${inWords(chosen.value)} is ${formatDuration(Math.round(age / 60_000) * 60_000)} old, more than ${told} allows`,
    'See why no newer one was made. If an older one will do, raise `newerThan`.',
  );
}

function byId(all: readonly Snapshot[], order: Order): Result<Snapshot, Obstacle> {
  const [found, second] = all.filter(({ id }) => id.startsWith(order.snapshot));
  if (found === undefined)
    return refuse(`There is no snapshot ${order.snapshot}; ${newest(all)}`, 'Correct `snapshot`.');
  if (second !== undefined) return refuse(`${order.snapshot} begins more than one id`, 'Write more of the id.');
  const wrong = mismatch(found, order);
  return wrong === null
    ? ok(found)
    : refuse(`${inWords(found)} ${wrong}`, 'Correct `snapshot`, or what it must be of.');
}

function latest(all: readonly Snapshot[], order: Order): Result<Snapshot, Obstacle> {
  const fitting = all.filter((one) => mismatch(one, order) === null).sort((a, b) => timeOf(a) - timeOf(b));
  const last = fitting.at(-1);
  if (last === undefined) {
    const [example] = all.toSorted((a, b) => timeOf(b) - timeOf(a));
    const why = example === undefined ? newest(all) : `the newest, ${inWords(example)}, ${mismatch(example, order)}`;
    return refuse(`No snapshot is what was asked for: ${why}`, 'Correct `host`, `tag`, `path` or `before`.');
  }
  const hosts = distinct(fitting.map(({ hostname }) => hostname));
  if (hosts.length > 1)
    return refuse(`There are snapshots of ${hosts.join(' and ')}`, 'Say which one is meant: `host`.');
  const trees = distinct(fitting.map(({ paths }) => paths.join(' + ')));
  if (order.path === null && trees.length > 1)
    return refuse(`There are snapshots of ${trees.join(' and of ')}`, 'Say which one is meant: `path`.');
  return ok(last);
}

/** Why it is not what was asked for; null when it is. */
function mismatch(one: Snapshot, { host, tags, path, before }: Order): string | null {
  if (host !== null && one.hostname !== host) return `is of the host ${one.hostname}, not of ${host}`;
  const absent = tags.find((tag) => one.tags?.includes(tag) !== true);
  if (absent !== undefined) return `has not the tag ${absent}`;
  if (path !== null && !one.paths.some((backedUp) => isWithin(path, backedUp)))
    return `holds ${one.paths.join(', ')}, not ${path}`;
  if (before !== null && timeOf(one) >= Date.parse(before)) return `was not taken before ${before}`;
  return null;
}

export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

export const inWords = ({ short_id: id, hostname, time }: Snapshot): string =>
  `snapshot ${id} of ${hostname} (${time.slice(0, 19)}${/(?:Z|[+-]\d\d:\d\d)$/.exec(time)?.[0] ?? ''})`;

const timeOf = ({ time }: Snapshot): number => Date.parse(time);
const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

function newest(all: readonly Snapshot[]): string {
  if (all.length === 0) return 'the repository holds none';
  const last = all.toSorted((a, b) => timeOf(b) - timeOf(a)).slice(0, 3);
  return `the newest are ${last.map(inWords).join(', ')}`;
}
