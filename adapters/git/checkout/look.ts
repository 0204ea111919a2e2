/** Read-only: what the work tree is at, what has changed in it, and whether what it is to be put at is there. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { stands } from '../../support/durable.ts';
import type { Obstacle } from '../../support/programs.ts';
import { some } from '../../support/words.ts';
import { type Asking, git } from './git.ts';
import type { Order } from './input.ts';

export interface Tree {
  /** Commit id; null where there is no commit yet. */
  readonly head: string | null;
  /** Absolute path of what `.git` stands for. */
  readonly gitFolder: string;
}

const refuse = (reason: string, remedy: string) => err<Obstacle>({ reason, remedy });

export async function treeAt(asking: Asking): Promise<Result<Tree, Obstacle>> {
  const { folder } = asking.order;
  const found = await git(asking, ['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-dir']);
  if (!found.ok) return found;
  const [top = '', gitFolder = ''] = found.value.split('\n');
  const same = await sameFolder(top, folder);
  if (!same) return refuse(`${folder} is only a part of the work tree ${top}`, 'Name the whole of it as `folder`.');
  const head = await git(asking, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  return ok({ head: head.ok ? head.value : null, gitFolder });
}

async function sameFolder(one: string, other: string): Promise<boolean> {
  const { realpath } = await import('node:fs/promises');
  return (await realpath(one)) === (await realpath(other));
}

/** The commit that `to` stands for; undefined where it is not here. A tag comes before a branch of the same name. */
export async function commitOf(asking: Asking): Promise<string | undefined> {
  const { to } = asking.order;
  for (const name of [`refs/tags/${to}`, to, ...remoteBranch(asking.order)]) {
    const found = await git(asking, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
    if (found.ok) return found.value;
  }
  return undefined;
}

const remoteBranch = ({ fetch, to }: Order): readonly string[] =>
  fetch === null ? [] : [`refs/remotes/${fetch}/${to}`];

export function noCommit({ folder, to, fetch }: Order): Obstacle {
  const where =
    fetch === null ? `Fetch it first: git -C ${folder} fetch --tags. Or give \`fetch: origin\`.` : 'Correct `to`.';
  return { reason: `There is no commit ${to} in ${folder}`, remedy: where };
}

export interface Changes {
  /** Paths that differ from HEAD. */
  readonly tracked: readonly string[];
  /** Paths that the repository does not know; only where they count. */
  readonly unknown: readonly string[];
}

export async function changesIn(asking: Asking): Promise<Result<Changes, Obstacle>> {
  const { untracked, submodules } = asking.order;
  const status = await git(asking, [
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    `--untracked-files=${untracked === 'refuse' ? 'all' : 'no'}`,
    `--ignore-submodules=${submodules ? 'none' : 'all'}`,
  ]);
  if (!status.ok) return status;
  const entries = status.value.split('\0').filter((entry) => entry !== '');
  const paths = (unknown: boolean) =>
    entries.filter((entry) => entry.startsWith('??') === unknown).map((entry) => entry.slice(3));
  return ok({ tracked: paths(false), unknown: paths(true) });
}

/** Null where the order says what becomes of all of them. */
export function dirty({ folder, localChanges }: Order, { tracked, unknown }: Changes): Obstacle | null {
  if (localChanges === 'stash') return null;
  const changes = localChanges === 'discard' ? unknown : [...tracked, ...unknown];
  if (changes.length === 0) return null;
  const what = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  return {
    reason: `${folder} has ${what} that no commit holds: ${some(changes)}`,
    remedy:
      'Commit them, or say what becomes of them: `localChanges: stash` keeps them aside, `untracked: keep` lets new files stay.',
  };
}

/** Files that git does not know, would keep, and would yet overwrite, because the commit holds files of these names. */
export async function overwritten(asking: Asking, commit: string): Promise<Obstacle | null> {
  const { untracked, folder, to } = asking.order;
  const which = untracked === 'keep' ? [] : ['--ignored', '--exclude-standard'];
  const there = await git(asking, ['ls-files', '-z', '--others', ...which]);
  if (!there.ok) return there.error;
  if (there.value === '') return null;
  const held = await git(asking, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]);
  if (!held.ok) return held.error;
  const names = new Set(held.value.split('\0'));
  const both = there.value.split('\0').filter((name) => name !== '' && names.has(name));
  if (both.length === 0) return null;
  return {
    reason: `${folder} holds ${some(both)}, which no commit here keeps, and ${to} would overwrite it`,
    remedy: 'Move it away first.',
  };
}

/** A merge, a rebase or the like that somebody has begun there. */
export function underWay({ gitFolder }: Tree, { folder }: Order): Obstacle | null {
  const begun = ['MERGE_HEAD', 'rebase-merge', 'rebase-apply', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'BISECT_LOG'];
  const what = begun.find((name) => stands(`${gitFolder}/${name}`));
  if (what === undefined) return null;
  return {
    reason: `Somebody is in the middle of something in ${folder} (${what})`,
    remedy: 'Finish or abort it first.',
  };
}

/** Of the tag where `to` is an annotated one, else of the commit. */
export async function signatureFault(asking: Asking, commit: string): Promise<Obstacle | null> {
  const { order } = asking;
  if (!order.verifySignature) return null;
  const type = await git(asking, ['cat-file', '-t', `refs/tags/${order.to}`]);
  const isTag = type.ok && type.value === 'tag';
  const good = await git(asking, isTag ? ['verify-tag', order.to] : ['verify-commit', commit]);
  if (good.ok) return null;
  const what = isTag ? `tag ${order.to}` : `commit ${order.to}`;
  return {
    reason: `The ${what} has no good signature (${good.error.reason})`,
    remedy: 'Sign it with a key that is known here, or give `allowedSigners`.',
  };
}
