/**
 * The work of `helm/rollback`, in a process of its own: a helm that is killed in the middle leaves the release
 * pending. Owns: that a second attempt goes where the first one went, and the proof on history and manifest.
 */
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, unproven } from '../../support/access.ts';
import { beforeAnyChange, failWork, type Report, type Work } from '../../support/work.ts';
import { type Goal, goalOf, type History, inWords, rolledBackTo } from './goal.ts';
import { type Helm, helmFor, readHistory, readManifest } from './helm.ts';
import { type Input, order, rollbackArgs } from './input.ts';
import { settledHistory } from './pending.ts';

export const work: Work = async (given, report) => {
  const asked = z.parse(order, given.input);
  const helm = helmFor(asked, { folder: given.folder });
  const { history, goal } = await beforeAnyChange(async () => {
    const now = must(await settledHistory(asked, helm, report));
    return { history: now, goal: must(await goalOf(asked, now, (revision) => readManifest(asked, helm, revision))) };
  });
  if (goal.inPlace) report.line(`Release ${asked.release} was rolled back to revision ${goal.revision} already.`);
  else await rollBack(asked, helm, history, goal, report);
  const now = must(await proven(asked, helm, goal));
  report.output('revision', String(now.revision));
  report.output('restored', String(goal.revision));
  report.output('chart', now.chart);
  report.line(`Release ${asked.release} stands at ${inWords(now)}, the content of revision ${goal.revision}.`);
  return 0;
};

function must<T>(result: Result<T, Trouble>): T {
  return result.ok ? result.value : failWork(result.error);
}

async function rollBack(asked: Input, helm: Helm, [from]: History, { revision }: Goal, report: Report): Promise<void> {
  report.line(`Rolling back from ${inWords(from)} to revision ${revision}.`);
  report.output('from', String(from.revision));
  const ended = await helm(rollbackArgs(asked, revision));
  if (ended.ok) return;
  const history = await readHistory(asked, helm);
  const stands = history.ok ? ` It stands at ${inWords(history.value[0])}.` : '';
  const remedy = `${ended.error.remedy}${stands} A retry goes to revision ${revision} again.`;
  failWork({ ...ended.error, remedy });
}

/** helm has said that it is done: the history and the manifests must say so too. */
export async function proven(asked: Input, helm: Helm, goal: Goal): Promise<Result<History[0], Trouble>> {
  const history = await readHistory(asked, helm);
  if (!history.ok) return history;
  const [latest, ...older] = history.value;
  const about = `Release ${asked.release} stands at ${inWords(latest)}`;
  const remedy = 'Somebody else works on it (a pipeline, Argo CD or Flux): stop that, then retry.';
  const stands = latest.revision === goal.revision || rolledBackTo(latest) === goal.revision;
  if (latest.status !== 'deployed' || !stands)
    return unproven(`${about}, not at the content of revision ${goal.revision}`, remedy);
  // An old revision may have been cut from the history (--history-max) by this very rollback.
  if (!older.some(({ revision }) => revision === goal.revision)) return ok(latest);
  const [wanted, found] = [
    await readManifest(asked, helm, goal.revision),
    await readManifest(asked, helm, latest.revision),
  ];
  if (!wanted.ok) return wanted;
  if (!found.ok) return found;
  return wanted.value === found.value
    ? ok(latest)
    : unproven(`${about}, whose manifest is not that of revision ${goal.revision}`, remedy);
}
