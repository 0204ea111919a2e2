/** Read-only: can it be copied, and what would be? A dry run of the very copy, so that it needs no second truth. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { statOf } from '../../support/durable.ts';
import type { Obstacle } from '../../support/programs.ts';
import { reasonOf } from '../../support/reason.ts';
import { fileCount, tooLittleSpace } from '../../support/space.ts';
import { rehearseArgs } from './argv.ts';
import type { Order } from './input.ts';
import type { Said } from './itemized.ts';
import { rsync, type Surroundings } from './rsync.ts';

const refuse = (reason: string, remedy: string) => err<Obstacle>({ reason, remedy });

export async function examine(order: Order, surroundings: Surroundings): Promise<Result<Said, Obstacle>> {
  const wrong = wrongPlaces(order) ?? (await wrongTarget(order));
  if (wrong !== null) return err(wrong);
  const rehearsed = await rsync(rehearseArgs(order), surroundings);
  if (!rehearsed.ok)
    return refuse(`${order.source} to ${order.target}: ${rehearsed.error.reason}`, rehearsed.error.remedy);
  const { inSource, folders, bytes, deleted } = rehearsed.value.stats;
  if (inSource - folders <= 0) {
    return refuse(
      `${order.source} holds no file`,
      'Correct `source`, or mount what it is on: an empty one is never copied.',
    );
  }
  if (order.maxDelete !== null && deleted > order.maxDelete) {
    const reason = `${fileCount(deleted)} would be removed from ${order.target}, more than \`maxDelete: ${order.maxDelete}\``;
    return refuse(reason, 'See that `source` is the right one; then raise `maxDelete`.');
  }
  const full = order.localTarget === null ? undefined : await tooLittleSpace(standing(order.localTarget), bytes);
  return full === undefined ? ok(rehearsed.value) : refuse(full, 'Make room there.');
}

function wrongPlaces({ source, target, localTarget, delete: deletes, backupDir }: Order): Obstacle | null {
  if (target.startsWith(source) || source.startsWith(target)) {
    return { reason: `${source} and ${target} lie one in the other`, remedy: 'Correct `source` or `target`.' };
  }
  if (localTarget === '/') return { reason: 'The target is the root folder', remedy: 'Correct `target`.' };
  if (!deletes || localTarget === null || backupDir?.startsWith(target) !== true) return null;
  return { reason: `${backupDir} lies in the target, from which it would be removed`, remedy: 'Correct `backupDir`.' };
}

async function wrongTarget({ localTarget }: Order): Promise<Obstacle | null> {
  if (localTarget === null) return null;
  const there = statOf(localTarget);
  if (there !== undefined && !there.isDirectory() && !there.isSymbolicLink()) {
    return { reason: `Target ${localTarget} is not a folder`, remedy: 'Correct `target`.' };
  }
  const place = standing(localTarget);
  try {
    await access(place, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return { reason: `${place}: ${reasonOf(error)}`, remedy: 'Make the folder, or run as a user who may write there.' };
  }
}

/** The target, or the folder that it would be made in. */
const standing = (target: string): string => (statOf(target) === undefined ? dirname(target) : target);
