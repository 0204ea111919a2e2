/** Fills `part` from the backup, proves it and measures it. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { statOf } from '../../support/durable.ts';
import { lastLines } from '../../support/reason.ts';
import { fileCount, inWords } from '../../support/space.ts';
import type { Places } from '../../support/tree/places.ts';
import { syncTree } from '../../support/tree/put-back.ts';
import type { TreeSize } from '../../support/tree/walk.ts';
import { some } from '../../support/words.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { mayHaveAcls } from './acls.ts';
import { unpackWith } from './archive.ts';
import type { Backup } from './examine.ts';
import type { Order } from './input.ts';
import { differences, extraIn, faultIn } from './manifest.ts';
import { measured } from './measure.ts';

export async function stage(order: Order, backup: Backup, places: Places, report: Report): Promise<TreeSize> {
  report.line(
    `Staging ${fileCount(backup.files)} (${inWords(backup.bytes)}) from ${order.backup.path} in ${places.part}.`,
  );
  await fill(order, backup, places);
  // Side by side: one waits for the disk, the others for the processors. What is written now is not waited for later.
  const writing = syncTree(places.part).catch(() => undefined);
  const [size] = await Promise.all([measured(places.part), prove(order, backup, places, report)]);
  await writing;
  return size;
}

async function fill(order: Order, backup: Backup, places: Places): Promise<void> {
  if (backup.packing === null) {
    await program('cp', ['--archive', '--no-target-directory', '--', order.backup.path, places.part], order);
    return;
  }
  mkdirSync(places.part, { mode: 0o700 });
  if (backup.contents?.hasRoot !== true) likeTheOld(places);
  const acls = await mayHaveAcls(order.backup.path, backup, places.part);
  const owner = process.getuid?.() === 0 ? ['--same-owner'] : [];
  const keep = ['--preserve-permissions', '--xattrs', ...(acls ? ['--acls'] : []), ...owner];
  const from = [...unpackWith[backup.packing], '--file', order.backup.path, `--strip-components=${order.strip}`];
  await program('tar', ['--extract', '--force-local', ...keep, ...from, '--directory', places.part], order);
}

/** An archive without an entry for its own root does not say whose the folder is: then as it was. */
function likeTheOld({ target, part }: Places): void {
  const old = statOf(target);
  chmodSync(part, old?.isDirectory() === true ? old.mode & 0o7777 : 0o755);
  if (old?.isDirectory() === true && process.getuid?.() === 0) chownSync(part, old.uid, old.gid);
}

async function prove(order: Order, backup: Backup, places: Places, report: Report): Promise<void> {
  if (backup.manifest === null) {
    report.line('No manifest was given: the content of the files was not verified.');
    return;
  }
  const extras = isAllListed(backup) ? [] : extraIn(places.part, backup.manifest);
  const [found, extra] = await Promise.all([differences(places.part, backup.manifest), extras]);
  const fault = faultIn(found);
  if (fault !== null) {
    throw new WorkFailed(
      `The backup ${order.backup.path} is not what ${order.manifest} says: ${fault}.`,
      'The target was not touched. Take another backup, or the manifest that belongs to this one.',
    );
  }
  report.line(`As ${order.manifest} says: ${fileCount(backup.manifest.size)}.`);
  if (extra.length > 0) report.line(`Not in the manifest, restored all the same: ${some(extra)}.`);
}

/** All that the manifest lists is in the archive: where it holds no more members than that, there is nothing else. */
const isAllListed = ({ contents, manifest }: Backup): boolean =>
  contents !== null && manifest !== null && contents.files === manifest.size;

async function program(name: string, args: readonly string[], order: Order): Promise<void> {
  const { execa } = await import('execa');
  const { failed, stderr, exitCode, originalMessage } = await execa(name, args, {
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
  });
  if (!failed) return;
  const why =
    exitCode === undefined
      ? (originalMessage ?? 'could not be started')
      : `exit code ${exitCode}\n${lastLines(stderr)}`;
  throw new WorkFailed(
    `${order.backup.path} could not be staged: ${name}: ${why}`,
    'The target was not touched. Remove the cause, then retry.',
  );
}
