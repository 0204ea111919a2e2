/** A helm that works on the release at the same time, or one that died over it: only its age tells them apart. */
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { Trouble } from '../../support/access.ts';
import { waitFor } from '../../support/wait.ts';
import type { Report } from '../../support/work.ts';
import { type History, isPending } from './goal.ts';
import { type Helm, readHistory } from './helm.ts';
import type { Input } from './input.ts';

/** Ms until it is taken for dead; 0 or less: now, or nothing is pending. */
export function stillWorks({ pendingFor }: Input, [latest]: History, now: number): number {
  return isPending(latest) ? Date.parse(latest.updated) + pendingFor - now : 0;
}

export async function settledHistory(asked: Input, helm: Helm, report: Report): Promise<Result<History, Trouble>> {
  const first = await readHistory(asked, helm);
  if (!first.ok) return first;
  const leftMs = stillWorks(asked, first.value, Date.now());
  const { revision, status, updated } = first.value[0];
  const about = `Revision ${revision} is ${status} since ${updated}`;
  if (leftMs > 0)
    report.line(`${about}: another helm may be at work; waiting for it for ${formatDuration(leftMs)} at most.`);
  const settled = await waitFor(
    async (): Promise<Result<History, Trouble> | undefined> => {
      const history = await readHistory(asked, helm);
      return history.ok && stillWorks(asked, history.value, Date.now()) > 0 ? undefined : history;
    },
    { withinMs: Math.max(0, leftMs), everyMs: 1_000, signal: new AbortController().signal },
  );
  const history = settled ?? (await readHistory(asked, helm));
  if (history.ok && isPending(history.value[0])) report.line(`${about}, and is taken for dead: it is rolled back.`);
  return history.ok ? ok(history.value) : history;
}
