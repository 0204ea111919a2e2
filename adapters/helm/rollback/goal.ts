/**
 * Where to, decided on the history. helm's own `rollback` without a number takes the revision before, which may be a
 * failed one; and after a rollback that failed it would go forward to the bad one again. Here the same release gives
 * the same answer however often it is asked.
 */
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import type { Revision } from './helm.ts';
import type { Input } from './input.ts';

export interface Goal {
  readonly revision: number;
  readonly inPlace: boolean;
}

export type Manifest = (revision: number) => Promise<Result<string, Trouble>>;
export type History = readonly [Revision, ...Revision[]];

/** Newest first. `manifest` is read only where a revision has failed. */
export async function goalOf(asked: Input, history: History, manifest: Manifest): Promise<Result<Goal, Trouble>> {
  const [latest] = history;
  if (asked.revision !== undefined) return named(asked, asked.revision, history);
  const target = rolledBackTo(latest);
  if (target !== null && latest.status === 'deployed') return ok({ revision: target, inPlace: true });
  if (target !== null && isPending(latest)) return ok({ revision: target, inPlace: false });
  if (latest.status.startsWith('uninstall'))
    return trouble(
      `Release ${asked.release} is ${latest.status}`,
      'Say in `revision` which one is to be brought back.',
    );
  const failed = latest.status === 'failed' ? await attemptedBefore(history, manifest) : ok(undefined);
  if (!failed.ok) return failed;
  const revision = failed.value ?? lastGood(history);
  if (revision !== undefined) return ok({ revision, inPlace: false });
  return trouble(
    `Release ${asked.release} has no revision before ${latest.revision} that was ever deployed`,
    `There is nothing to roll back to; see: helm history ${asked.release}`,
  );
}

function named({ release }: Input, revision: number, history: History): Result<Goal, Trouble> {
  const [latest] = history;
  const stands = latest.revision === revision || rolledBackTo(latest) === revision;
  if (latest.status === 'deployed' && stands) return ok({ revision, inPlace: true });
  const found = history.find((one) => one.revision === revision);
  if (found === undefined)
    return trouble(
      `Release ${release} has no revision ${revision}`,
      `Correct \`revision\`; it has ${history.map((one) => one.revision).join(', ')}.`,
    );
  if (wasGood(found) || found.status === 'uninstalled') return ok({ revision, inPlace: false });
  return trouble(
    `Revision ${revision} of release ${release} is ${found.status}: it was never deployed`,
    `Correct \`revision\`; deployed were ${
      history
        .filter(wasGood)
        .map((one) => one.revision)
        .join(', ') || 'none'
    }.`,
  );
}

export const isPending = ({ status }: Revision): boolean => status.startsWith('pending-');
const wasGood = ({ status }: Revision): boolean => status === 'superseded' || status === 'deployed';

export function rolledBackTo({ description }: Revision): number | null {
  const said = /^Rollback to (\d+)$/.exec(description);
  return said === null ? null : Number(said[1]);
}

/** Where an upgrade failed, the one before is still `deployed`. */
function lastGood([, ...older]: History): number | undefined {
  return (older.find(({ status }) => status === 'deployed') ?? older.find(wasGood))?.revision;
}

/** A rollback that failed leaves the manifest of its target, and has set the bad revision to `superseded`. */
async function attemptedBefore(
  [latest, ...older]: History,
  manifest: Manifest,
): Promise<Result<number | undefined, Trouble>> {
  const wanted = await manifest(latest.revision);
  if (!wanted.ok) return wanted;
  for (const { revision } of older.filter(wasGood)) {
    const candidate = await manifest(revision);
    if (!candidate.ok) return candidate;
    if (candidate.value === wanted.value) return ok(revision);
  }
  return ok(undefined);
}

/** `revision 4 (shop-1.2.0, deployed)` */
export const inWords = ({ revision, chart, status }: Revision): string => `revision ${revision} (${chart}, ${status})`;
