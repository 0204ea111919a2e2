/** What stands there now: the releases as Capistrano lays them out, and the one that the link points at. Only looks. */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { stands, statOf } from '../../support/durable.ts';
import type { Obstacle } from '../../support/programs.ts';
import { reasonOf } from '../../support/reason.ts';
import type { Order } from './input.ts';

export interface Current {
  /** The release that the link leads into. */
  readonly release: string;
  /** What follows the release in the link, e.g. `dist`; mostly empty. */
  readonly below: string;
  /** As the link has it. */
  readonly pointer: string;
}

export interface Layout {
  /** Null: there is no link. */
  readonly current: Current | null;
  readonly releases: readonly Release[];
}

export interface Release {
  readonly name: string;
  /** Why it must not be gone back to; null when it may. */
  readonly unfit: string | null;
}

export const badMark = 'BACKED_OUT';

export function layoutOf(order: Order): Result<Layout, Obstacle> {
  try {
    const link = statOf(order.link);
    if (link !== undefined && !link.isSymbolicLink()) {
      const reason = `${order.link} is no symbolic link`;
      return err({ reason, remedy: 'Releases are switched by a link: correct `path` or `current`.' });
    }
    const releases = releasesOf(order);
    if (link === undefined) return ok({ current: null, releases });
    const current = currentOf(order);
    return current.ok ? ok({ current: current.value, releases }) : current;
  } catch (error) {
    return err({ reason: `${order.path}: ${reasonOf(error)}`, remedy: 'Correct `path`, `current` or `releases`.' });
  }
}

function currentOf({ link, releases }: Order): Result<Current, Obstacle> {
  const pointer = readlinkSync(link);
  const direct = relative(realpathSync(releases), real(resolve(dirname(link), pointer)));
  const [release = '', ...below] = direct.split('/');
  if (release !== '' && release !== '..') return ok({ release, below: below.join('/'), pointer });
  return err({
    reason: `${link} points at ${pointer}, which is no release in ${releases}`,
    remedy: 'Correct `releases`, or point the link at a release by hand.',
  });
}

/** Only the folder is followed: a link to a release that is gone still names that release. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), path.slice(parent === '/' ? 1 : parent.length + 1));
  }
}

const inOrder = new Intl.Collator('en', { numeric: true });

/** Oldest first: names are timestamps or version numbers. */
function releasesOf(order: Order): readonly Release[] {
  const deployed = deployedOf(order.path);
  return readdirSync(order.releases, { withFileTypes: true })
    .filter((item) => item.isDirectory() && !item.name.startsWith('.'))
    .map(({ name }) => ({ name, unfit: unfitness(order, name, deployed) }))
    .sort((a, b) => inOrder.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
}

function unfitness({ releases, mustHold }: Order, name: string, deployed: ReadonlySet<string>): string | null {
  if (stands(join(releases, name, badMark))) return `it is marked as backed out (${join(releases, name, badMark)})`;
  const absent = mustHold.find((file) => !stands(join(releases, name, file)));
  if (absent !== undefined) return `it has no ${absent}`;
  if (readdirSync(join(releases, name)).length === 0) return 'it is empty';
  return deployed.size > 0 && !deployed.has(name) ? 'revisions.log does not know it as deployed' : null;
}

/** Capistrano notes there what it has brought to an end; empty where no such file is. */
function deployedOf(path: string): ReadonlySet<string> {
  const log = join(path, 'revisions.log');
  if (!stands(log)) return new Set();
  return new Set([...readFileSync(log, 'utf8').matchAll(/deployed as release (\S+)/g)].map(([, name]) => name ?? ''));
}
