/** `git/checkout`: puts a work tree at a tag or a commit; the work is in `work.ts`, in a process of its own. */
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReady, probed, ready } from '../../support/answers.ts';
import type { Obstacle } from '../../support/programs.ts';
import { reasonOf } from '../../support/reason.ts';
import { stepOf } from '../../support/step-key.ts';
import { some } from '../../support/words.ts';
import { fileKey, orderFor } from '../../support/work.ts';
import type { Asking } from './git.ts';
import { type Input, input, orderOf } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'git/checkout',
  summary: 'Puts a work tree at a tag or a commit, without losing what was changed in it.',
  tested: 'Tested with git 2.39 on real repositories.',
  input,
  secretFields: [],
  outputs: {
    commit: 'The commit that it is at now.',
    previous: 'The commit that it was at before.',
    stash: 'The commit that holds the changes that were kept aside.',
  },
  needs: ['git'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: null,
  describe: (asked) => {
    const { fetch, localChanges, untracked, verifySignature, submodules } = orderOf(asked, '.');
    const call = `git -C ${asked.folder}`.replaceAll('\n', ' ');
    return [
      ...(fetch === null ? [] : [`${call} fetch --tags ${fetch}, if ${asked.to} is not there`]),
      ...(verifySignature ? [`require a good signature of ${asked.to}`] : []),
      localChanges === 'stash' ? `${call} stash push, if there are changes` : `${localChanges} changes`,
      `${call} checkout --force --detach ${asked.to}, without hooks`,
      ...(untracked === 'remove' ? [`${call} clean -dff`] : []),
      ...(submodules ? [`${call} submodule update --init --recursive --force --checkout`] : []),
    ];
  },
  preflight,
  probe,
  command: (asked, context) => ({ argv: workerArgv('git/checkout'), stdin: orderFor(asked, context) }),
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const order = orderOf(asked, context.folder);
  const asking = { order, env: context.env, signal: context.signal };
  try {
    const { access, constants } = await import('node:fs/promises');
    const { changesIn, commitOf, dirty, noCommit, treeAt, underWay } = await import('./look.ts');
    const tree = await treeAt(asking);
    if (!tree.ok) return notReady(tree.error.reason, tree.error.remedy);
    await access(order.folder, constants.W_OK);
    await access(tree.value.gitFolder, constants.W_OK);
    const changes = await changesIn(asking);
    if (!changes.ok) return notReady(changes.error.reason, changes.error.remedy);
    const commit = await commitOf(asking);
    const obstacle =
      underWay(tree.value, order) ??
      dirty(order, changes.value) ??
      (commit === undefined ? (order.fetch === null ? noCommit(order) : null) : await faultOf(asking, commit));
    if (obstacle !== null) return notReady(obstacle.reason, obstacle.remedy);
    const now = `${order.folder} is at ${tree.value.head ?? 'no commit'}`;
    if (commit === undefined)
      return ready([now], `${order.to} is not here yet: it would be fetched from ${order.fetch}`);
    const found = [...changes.value.tracked, ...changes.value.unknown];
    const changed = found.length === 0 ? 'nothing is changed in it' : `${order.localChanges}: ${some(found)}`;
    return ready([`${now}; it would go to ${commit}`, changed]);
  } catch (error) {
    return notReady(`${order.folder}: ${reasonOf(error)}`, 'Remove the cause, then try again.');
  }
}

async function faultOf(asking: Asking, commit: string): Promise<Obstacle | null> {
  const { overwritten, signatureFault } = await import('./look.ts');
  return (await signatureFault(asking, commit)) ?? (await overwritten(asking, commit));
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const order = orderOf(asked, context.folder);
  const asking = { order, env: context.env, signal: context.signal };
  try {
    const { changesIn, commitOf, treeAt } = await import('./look.ts');
    const { readRecord } = await import('./record.ts');
    const tree = await treeAt(asking);
    if (!tree.ok) return probed('unknown', tree.error.reason);
    if (readRecord(tree.value.gitFolder, stepOf(fileKey(context.key))) !== null)
      return probed('no', `the checkout in ${order.folder} was begun and is not finished`);
    const commit = await commitOf(asking);
    if (commit === undefined || commit !== tree.value.head)
      return probed('no', `${order.folder} is at ${tree.value.head ?? 'no commit'}, not at ${order.to}`);
    const changes = await changesIn(asking);
    if (!changes.ok) return probed('unknown', changes.error.reason);
    const found = [...changes.value.tracked, ...changes.value.unknown];
    if (found.length > 0) return probed('no', `${order.folder} differs from ${order.to}: ${some(found)}`);
    return probed('yes', `${order.folder} is at ${order.to} (${commit})`);
  } catch (error) {
    return probed('unknown', reasonOf(error));
  }
}
