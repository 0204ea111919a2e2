/** `files/restore`: puts a tree of files back from a backup; the work itself is in `work.ts`, in a process of its own. */
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReady, probed, ready } from '../../support/answers.ts';
import { stands } from '../../support/durable.ts';
import { reasonOf } from '../../support/reason.ts';
import { fileCount, inWords } from '../../support/space.ts';
import type { LinkPlaces, Places } from '../../support/tree/places.ts';
import { fileKey, orderFor } from '../../support/work.ts';
import { type Input, input, orderOf } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'files/restore',
  summary:
    'Puts a folder back from an archive or a copy: staged beside it, verified, then swapped; the old one is kept.',
  tested: 'Tested with GNU tar, gzip and zstd on local file systems.',
  input,
  secretFields: [],
  outputs: {
    files: 'How many files were restored.',
    bytes: 'Their size together.',
    old: 'Where the old tree is kept.',
  },
  needs: ['tar', 'gzip', 'zstd', 'cp', 'sync'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: null,
  describe: (asked) => [
    `restore ${asked.target} from ${asked.archive ?? asked.source}`,
    asked.manifest === undefined
      ? 'without a manifest: the content is not verified'
      : `verify every file against ${asked.manifest}`,
    asked.swap === 'symlink'
      ? 'stage the new tree beside the one that the link points at, then re-point the link'
      : `stage it beside the target, then swap by two renames`,
    asked.keepOld === false ? 'remove the old tree' : 'keep the old tree',
  ],
  preflight,
  probe,
  writtenSince,
  command: (asked, context) => ({ argv: workerArgv('files/restore'), stdin: orderFor(asked, context) }),
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { examineBackup } = await import('./examine.ts');
  const { examineTarget } = await import('../../support/tree/target.ts');
  const { missingPrograms } = await import('../../support/programs.ts');
  const order = orderOf(asked, context.folder);
  try {
    const missing = await missingPrograms(['sync', 'cp']);
    if (missing !== null) return notReady(missing.reason, missing.remedy);
    const backup = await examineBackup(order, context.signal);
    if (!backup.ok) return notReady(backup.error.reason, backup.error.remedy);
    const { parent } = await placesFor(asked, context);
    const obstacle = await examineTarget({ ...order, backup: order.backup.path }, parent, backup.value.bytes);
    if (obstacle !== null) return notReady(obstacle.reason, obstacle.remedy);
    const { files, bytes, manifest } = backup.value;
    const said = `${order.backup.path} is readable and complete: ${fileCount(files)}, ${inWords(bytes)}`;
    const uncovered =
      manifest === null
        ? 'no manifest: the content of the files cannot be verified'
        : 'the digests of the files are verified when they are staged';
    return ready([said, `${parent} may be written and has room`], uncovered);
  } catch (error) {
    return notReady(`${order.target}: ${reasonOf(error)}`, 'Remove the cause, then try again.');
  }
}

async function placesFor(asked: Input, context: AdapterContext): Promise<Places> {
  const { linkPlaces, renamePlaces } = await import('../../support/tree/places.ts');
  const { target, swap } = orderOf(asked, context.folder);
  const key = fileKey(context.key);
  return swap === 'symlink' ? linkPlaces(target, key) : renamePlaces(target, key);
}

const isLink = (places: Places): places is LinkPlaces => 'home' in places;

/** The manifest decides; without one, what this attempt has left behind. */
async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const order = orderOf(asked, context.folder);
  try {
    const places = await placesFor(asked, context);
    if (stands(places.fresh) || stands(places.part))
      return probed('no', `the restored tree is still staged beside ${order.target}`);
    if (!stands(order.target)) return probed('no', `${order.target} is not there`);
    if (order.manifest === null) {
      const swapped = isLink(places) ? places.current === places.home : stands(places.old);
      return swapped
        ? probed('yes', `this attempt has put the restored tree at ${order.target}`)
        : probed('unknown', 'there is no manifest to compare with');
    }
    return await compareWithManifest(order.target, order.manifest, context.signal);
  } catch (error) {
    return probed('unknown', reasonOf(error));
  }
}

async function writtenSince(asked: Input, context: AdapterContext): Promise<string | null> {
  const { newerThan } = await import('./newer.ts');
  const { backup, target } = orderOf(asked, context.folder);
  try {
    return await newerThan(backup, target, context.signal);
  } catch (error) {
    return `what was written in ${target} since its backup cannot be told: ${reasonOf(error)}`;
  }
}

async function compareWithManifest(target: string, file: string, signal: AbortSignal): Promise<Probe> {
  const { readFile } = await import('node:fs/promises');
  const { compare, faultIn, parseManifest } = await import('./manifest.ts');
  const manifest = parseManifest(await readFile(file, 'utf8'));
  if (!manifest.ok) return probed('unknown', `manifest ${file}: ${manifest.error}`);
  const fault = faultIn(await compare(target, manifest.value, signal));
  return fault === null ? probed('yes', `${target} is what ${file} says`) : probed('no', fault);
}
