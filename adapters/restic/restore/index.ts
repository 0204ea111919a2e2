/** `restic/restore`: puts files back from a restic repository; the work is in `work.ts`, in a process of its own. */
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReady, probed, ready } from '../../support/answers.ts';
import { stands, statOf } from '../../support/durable.ts';
import type { Obstacle } from '../../support/programs.ts';
import { reasonOf } from '../../support/reason.ts';
import { fileCount, inWords as size, tooLittleSpace } from '../../support/space.ts';
import { some } from '../../support/words.ts';
import { fileKey, orderFor } from '../../support/work.ts';
import { type Input, input, isLocal, type Order, orderOf } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'restic/restore',
  summary: 'Puts files back from a restic repository: a whole folder, single paths, or only what is missing; verified.',
  tested: 'Tested with restic 0.14 on local repositories.',
  input,
  secretFields: ['password'],
  outputs: {
    snapshot: 'The id of the snapshot that was restored.',
    snapshotTime: 'When it was taken (RFC 3339).',
    files: 'How many files the restored folder holds.',
    bytes: 'Their size together.',
    restored: 'How many files were missing and are put back, or how many paths were replaced.',
    kept: 'How many files stood there and were left as they are.',
    old: 'Where the old folder, or what was replaced, is kept.',
  },
  needs: ['restic', 'sync'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: null,
  describe,
  preflight,
  probe,
  command: (asked, context) => ({ argv: workerArgv('restic/restore'), stdin: orderFor(asked, context) }),
});

function describe(asked: Input): readonly string[] {
  const order = orderOf(asked, '.');
  const { host, tags, path, before } = order;
  const of = [
    ...(host === null ? [] : [`of the host ${host}`]),
    ...(tags.length === 0 ? [] : [`with the tag ${tags.join(' and ')}`]),
    ...(path === null ? [] : [`of ${path}`]),
    ...(before === null ? [] : [`taken before ${before}`]),
  ];
  const which = order.snapshot === 'latest' ? 'the latest snapshot' : `snapshot ${order.snapshot}`;
  const ends = {
    tree: `swap it with ${asked.target}; ${order.keepOld ? 'keep' : 'remove'} the old one`,
    paths: `put ${some(order.include ?? [])} in place in ${asked.target}; keep what it replaces`,
    missing: `put into ${asked.target} only what is not there; leave everything else alone`,
  };
  return [
    `restore ${[which, ...of].join(' ')} from ${asked.repository ?? 'the repository that the environment names'}`,
    ...(order.check === null ? [] : [order.check === 'data' ? 'restic check --read-data' : 'restic check']),
    `restic restore ID --target STAGED${(order.include ?? []).map((one) => ` --include ${one.replaceAll('\n', ' ')}`).join('')} --verify`,
    ends[order.way],
  ];
}

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const order = orderOf(asked, context.folder);
  try {
    const asking = { order, env: context.env, signal: context.signal };
    const { checkRepository, examine } = await import('./examine.ts');
    const { inWords } = await import('./snapshots.ts');
    const damaged =
      order.check === null ? null : await checkRepository({ ...asking, order: { ...order, check: 'structure' } });
    if (damaged !== null) return notReady(damaged.reason, damaged.remedy);
    const backup = await examine(asking);
    if (!backup.ok) return notReady(backup.error.reason, backup.error.remedy);
    const obstacle = await obstacleAt(order, context.key, backup.value.bytes);
    if (obstacle !== null) return notReady(obstacle.reason, obstacle.remedy);
    const { files, bytes, snapshot, root } = backup.value;
    const said = `${inWords(snapshot)} holds ${fileCount(files)} (${size(bytes)}) in ${root}`;
    const uncovered =
      order.check === 'data' ? 'the data of the repository is checked' : 'the content of the files is verified';
    return ready([said, `${order.target} can be put back`], `${uncovered} when it is restored`);
  } catch (error) {
    return notReady(`${order.target}: ${reasonOf(error)}`, 'Remove the cause, then try again.');
  }
}

async function obstacleAt(order: Order, key: string, bytes: number): Promise<Obstacle | null> {
  const { examineTarget } = await import('../../support/tree/target.ts');
  const { linkPlaces, renamePlaces } = await import('../../support/tree/places.ts');
  const local = order.repository !== null && isLocal(order.repository) ? order.repository : null;
  if (order.way === 'tree') {
    const places = (order.swap === 'symlink' ? linkPlaces : renamePlaces)(order.target, fileKey(key));
    return examineTarget({ ...order, backup: local }, places.parent, bytes);
  }
  if (statOf(order.target)?.isDirectory() !== true) {
    const reason = `Target ${order.target} is not a folder that stands`;
    return { reason, remedy: 'To restore all of it, leave out `missingOnly` and `include`.' };
  }
  const { livePlaces } = await import('./live.ts');
  const full = await tooLittleSpace(livePlaces(order.target, fileKey(key)).parent, bytes);
  return full === undefined ? null : { reason: full, remedy: 'Make room there.' };
}

/** What this attempt has left behind says most; then whether all that the snapshot holds is there. */
async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const order = orderOf(asked, context.folder);
  try {
    const { linkPlaces, renamePlaces } = await import('../../support/tree/places.ts');
    const { absentFrom, livePlaces } = await import('./live.ts');
    const key = fileKey(context.key);
    const places = (order.way === 'tree' ? renamePlaces : livePlaces)(order.target, key);
    const link = order.swap === 'symlink' ? linkPlaces(order.target, key) : null;
    const { fresh, part } = link ?? places;
    if (stands(fresh) || stands(part)) return probed('no', `what was restored is still staged beside ${order.target}`);
    if (!stands(order.target)) return probed('no', `${order.target} is not there`);
    if (link === null ? stands(places.old) : link.current === link.home) {
      return probed('yes', `this attempt has put ${order.target} back`);
    }
    const { examine } = await import('./examine.ts');
    const backup = await examine({ order, env: context.env, signal: context.signal });
    if (!backup.ok) return probed('unknown', backup.error.reason);
    const absent = absentFrom(order.target, backup.value.listing.keys());
    if (absent.length > 0) return probed('no', `${absent.length} missing: ${some(absent)}`);
    const all = `nothing of the snapshot is missing in ${order.target}`;
    return order.way === 'missing' ? probed('yes', all) : probed('unknown', `${all}; its content was not compared`);
  } catch (error) {
    return probed('unknown', reasonOf(error));
  }
}
