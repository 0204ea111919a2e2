/** Fills `part` from the backup, and proves it. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { statOf } from '../../support/durable.ts';
import { lastLines } from '../../support/reason.ts';
import { fileCount, inWords } from '../../support/space.ts';
import type { Places } from '../../support/tree/places.ts';
import { some } from '../../support/words.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { unpackWith } from './archive.ts';
import type { Backup } from './examine.ts';
import type { Order } from './input.ts';
import { compare, faultIn } from './manifest.ts';

export async function stage(order: Order, backup: Backup, places: Places, report: Report): Promise<void> {
  report.line(
    `Staging ${fileCount(backup.files)} (${inWords(backup.bytes)}) from ${order.backup.path} in ${places.part}.`,
  );
  await fill(order, backup, places);
  await prove(order, backup, places, report);
}

async function fill(order: Order, backup: Backup, places: Places): Promise<void> {
  if (backup.packing === null) {
    await program('cp', ['--archive', '--no-target-directory', '--', order.backup.path, places.part], order);
    return;
  }
  mkdirSync(places.part, { mode: 0o700 });
  if (backup.contents?.hasRoot !== true) likeTheOld(places);
  const keep = ['--preserve-permissions', '--xattrs', '--acls', ...(process.getuid?.() === 0 ? ['--same-owner'] : [])];
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
  const comparison = await compare(places.part, backup.manifest);
  const fault = faultIn(comparison);
  if (fault !== null) {
    throw new WorkFailed(
      `The backup ${order.backup.path} is not what ${order.manifest} says: ${fault}.`,
      'The target was not touched. Take another backup, or the manifest that belongs to this one.',
    );
  }
  report.line(`As ${order.manifest} says: ${fileCount(backup.manifest.size)}.`);
  if (comparison.extra.length > 0)
    report.line(`Not in the manifest, restored all the same: ${some(comparison.extra)}.`);
}

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
