/**
 * The work of `git/checkout`, in a process of its own: look, keep aside, check out, prove. What was there before is
 * recorded first; killed in the middle, a repeat finishes it, and does not take the half-switched tree for changes.
 */
import * as z from 'zod/mini';
import type { Result } from '../../../src/kernel/result.ts';
import type { Obstacle } from '../../support/programs.ts';
import { stepOf } from '../../support/step-key.ts';
import { syncTree } from '../../support/tree/put-back.ts';
import { some } from '../../support/words.ts';
import { beforeAnyChange, type Report, type Work, WorkFailed } from '../../support/work.ts';
import { type Asking, git } from './git.ts';
import { input, orderOf } from './input.ts';
import {
  type Changes,
  changesIn,
  commitOf,
  dirty,
  noCommit,
  overwritten,
  signatureFault,
  type Tree,
  treeAt,
  underWay,
} from './look.ts';
import { type CheckoutRecord, readRecord, removeRecord, removeStaleLock, writeRecord } from './record.ts';

export const work: Work = async (given, report) => {
  const asking = { order: orderOf(z.parse(input, given.input), given.folder), env: process.env };
  const tree = await beforeAnyChange(async () => before(await treeAt(asking)));
  const step = stepOf(given.key);
  const begun = readRecord(tree.gitFolder, step);
  const record = begun ?? (await begin(asking, tree, step, report));
  if (begun !== null) goOn(asking, tree, begun, report);
  try {
    await checkOut(asking, record, report);
  } catch (error) {
    if (begun === null && (await isUntouched(asking, record))) removeRecord(tree.gitFolder);
    throw error;
  }
  await prove(asking, record);
  await syncTree(asking.order.folder);
  removeRecord(tree.gitFolder);
  if (record.previous !== null) report.output('previous', record.previous);
  if (record.stash !== null) report.output('stash', record.stash);
  report.output('commit', record.commit);
  report.line(`${asking.order.folder} is at ${asking.order.to} (${record.commit}), and nothing differs from it.`);
  return 0;
};

function before<T>(answer: Result<T, Obstacle>): T {
  if (answer.ok) return answer.value;
  throw untouched(answer.error);
}

const untouched = ({ reason, remedy }: Obstacle) =>
  new WorkFailed(`${reason}.`, `The work tree was not touched. ${remedy}`);

async function begin(asking: Asking, tree: Tree, step: string, report: Report): Promise<CheckoutRecord> {
  const { order } = asking;
  const { changes, commit } = await beforeAnyChange(() => look(asking, tree));
  const stash = order.localChanges === 'stash' ? await keepAside(asking, changes, step, report) : null;
  const record = {
    schema: 'backout/checkout-record/v1',
    step,
    previous: tree.head,
    commit,
    stash,
    at: Date.now(),
  } as const;
  writeRecord(tree.gitFolder, record);
  return record;
}

async function look(asking: Asking, tree: Tree): Promise<{ readonly changes: Changes; readonly commit: string }> {
  const { order } = asking;
  const busy = underWay(tree, order);
  if (busy !== null) throw untouched(busy);
  const changes = before(await changesIn(asking));
  const unsaved = dirty(order, changes);
  if (unsaved !== null) throw untouched(unsaved);
  const commit = await wanted(asking);
  const fault = (await signatureFault(asking, commit)) ?? (await overwritten(asking, commit));
  if (fault !== null) throw untouched(fault);
  return { changes, commit };
}

async function wanted(asking: Asking): Promise<string> {
  const { order } = asking;
  const here = await commitOf(asking);
  if (here !== undefined) return here;
  if (order.fetch === null) throw untouched(noCommit(order));
  before(await git(asking, ['fetch', '--quiet', '--tags', '--end-of-options', order.fetch]));
  const fetched = await commitOf(asking);
  if (fetched === undefined) throw untouched(noCommit(order));
  return fetched;
}

/** A server has often nobody set up who could commit. */
const author = ['-c', 'user.name=backout', '-c', 'user.email=backout@localhost'];

/** New files too, unless they may stay. Named by its commit, which a later `git stash` does not renumber. */
async function keepAside(asking: Asking, changes: Changes, step: string, report: Report): Promise<string | null> {
  const { order } = asking;
  const message = `kept aside by backout (${step})`;
  if (changes.tracked.length + changes.unknown.length > 0) {
    const all = order.untracked === 'keep' ? [] : ['--include-untracked'];
    before(await git(asking, [...author, 'stash', 'push', '--quiet', ...all, '--message', message]));
    const { tracked, unknown } = before(await changesIn(asking));
    const left = [...tracked, ...unknown];
    if (left.length > 0) {
      const remedy = 'Commit it where it is. What could be kept aside is in: git stash list.';
      throw new WorkFailed(`git cannot keep aside what is changed in ${some(left)}.`, remedy);
    }
  }
  // Also what an attempt has kept aside that was killed right after.
  const list = before(await git(asking, ['stash', 'list', '--format=%H %gs']));
  const stash =
    list
      .split('\n')
      .find((line) => line.endsWith(message))
      ?.split(' ')[0] ?? null;
  if (stash !== null)
    report.line(`Changes are kept aside; to have them back: git -C ${order.folder} stash apply ${stash}`);
  return stash;
}

function goOn({ order }: Asking, tree: Tree, begun: CheckoutRecord, report: Report): void {
  report.line(`A checkout of this step was begun and not finished; it was at ${begun.previous ?? 'no commit'} before.`);
  if (removeStaleLock(tree.gitFolder, begun)) report.line(`Removed the lock that it has left in ${order.folder}.`);
}

/** By force: nothing that counts is left in the tree, and after a kill it stands between two commits. */
async function checkOut(asking: Asking, { commit }: CheckoutRecord, report: Report): Promise<void> {
  const { order } = asking;
  await must(asking, ['checkout', '--quiet', '--force', '--detach', commit]);
  if (order.untracked === 'remove') {
    await must(asking, ['clean', '--quiet', '-d', '--force', '--force']);
    report.line('Removed the files that the repository does not know.');
  }
  if (!order.submodules) return;
  await must(asking, ['submodule', '--quiet', 'sync', '--recursive']);
  await must(asking, ['submodule', '--quiet', 'update', '--init', '--recursive', '--force', '--checkout']);
}

/** It failed before it changed anything: what is found changed later is somebody's work. */
async function isUntouched(asking: Asking, { previous }: CheckoutRecord): Promise<boolean> {
  const [tree, changes] = [await treeAt(asking), await changesIn(asking)];
  return tree.ok && tree.value.head === previous && changes.ok && changes.value.tracked.length === 0;
}

async function must(asking: Asking, args: readonly string[]): Promise<string> {
  const done = await git(asking, args);
  if (done.ok) return done.value;
  throw new WorkFailed(`${done.error.reason}.`, `The checkout is not finished. ${done.error.remedy} A retry goes on.`);
}

async function prove(asking: Asking, { commit }: CheckoutRecord): Promise<void> {
  const { order } = asking;
  const head = await must(asking, ['rev-parse', '--verify', 'HEAD^{commit}']);
  if (head !== commit)
    throw new WorkFailed(`${order.folder} is at ${head}, not at ${commit}.`, 'See who else uses it.');
  const changes = await changesIn({
    ...asking,
    order: { ...order, untracked: order.untracked === 'keep' ? 'keep' : 'refuse' },
  });
  if (!changes.ok) throw new WorkFailed(`${changes.error.reason}.`, changes.error.remedy);
  const { tracked, unknown } = changes.value;
  const differing = [...tracked, ...unknown];
  if (differing.length > 0) {
    const reason = `${order.folder} differs from ${order.to} after the checkout: ${some(differing)}.`;
    throw new WorkFailed(reason, 'Something writes there: stop it, then retry.');
  }
}
