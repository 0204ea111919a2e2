/**
 * The work of `kubernetes/rollout-undo`, in a process of its own. What it goes back to is noted on that revision
 * before anything is changed, so that a second attempt does not go back and forth. `kubectl rollout undo` ends when
 * the change is accepted: the rollout is then awaited and proven.
 */
import * as z from 'zod/mini';
import { formatDuration } from '../../../src/kernel/duration.ts';
import type { Result } from '../../../src/kernel/result.ts';
import type { Trouble } from '../../support/access.ts';
import { waitFor } from '../../support/wait.ts';
import { beforeAnyChange, failWork, type Report, type Work, WorkFailed } from '../../support/work.ts';
import { type Kubectl, kubectlFor } from '../kubectl.ts';
import { type Goal, goalOf, type History, inWords, readHistory, undoNote } from './history.ts';
import { type Input, order, reference } from './input.ts';
import { lookAtRollout, troubledPods } from './rollout.ts';

const signal = new AbortController().signal;

export const work: Work = async (given, report) => {
  const asked = z.parse(order, given.input);
  const kubectl = kubectlFor(asked, { folder: given.folder });
  const { history, goal } = await beforeAnyChange(async () => {
    const now = must(await settled(asked, kubectl));
    return { history: now, goal: must(goalOf(asked, now)) };
  });
  if (goal.inPlace) report.line(`Deployment ${asked.deployment} was taken back already: ${inWords(goal.revision)}.`);
  else await undo(asked, kubectl, history, goal, report);
  const { current, workload } = await rolledOut(asked, kubectl, goal);
  report.output('revision', String(current.number));
  report.output('replicaSet', current.name);
  report.output('images', current.images.join(','));
  const { replicas } = workload.spec;
  const pods = replicas === 0 ? 'it is scaled to 0, so no pod shows it' : `${replicas} of ${replicas} pods are ready`;
  report.line(`Deployment ${asked.deployment} stands at ${inWords(current)} (ReplicaSet ${current.name}); ${pods}.`);
  return 0;
};

function must<T>(result: Result<T, Trouble>): T {
  return result.ok ? result.value : failWork(result.error);
}

/** Until the controller has numbered the last change: before that it is not known which revision is the current one. */
async function settled(asked: Input, kubectl: Kubectl): Promise<Result<History, Trouble>> {
  const found = await waitFor(
    async () => {
      const history = await readHistory(asked, kubectl);
      return history.ok && !history.value.settled ? undefined : history;
    },
    { withinMs: 30_000, everyMs: 500, signal },
  );
  if (found !== undefined) return found;
  const remedy = 'Nothing was changed. See that kube-controller-manager runs, then retry.';
  throw new WorkFailed(`The cluster does not take note of changes of Deployment ${asked.deployment}.`, remedy);
}

async function undo(
  asked: Input,
  kubectl: Kubectl,
  history: History,
  { revision }: Goal,
  report: Report,
): Promise<void> {
  const { current, workload } = history;
  await beforeAnyChange(async () => {
    if (workload.spec.paused) failWork(paused(asked));
    if (asked.toRevision !== undefined) return;
    const note = ['annotate', `replicaset/${revision.name}`, `${undoNote}=${current.number}`, '--overwrite'];
    must(await kubectl(note, `ReplicaSet ${revision.name}`));
  });
  const command = ['rollout', 'undo', reference(asked), `--to-revision=${revision.number}`];
  must(await kubectl(command, `Deployment ${asked.deployment}`));
  report.output('from', String(current.number));
  report.line(`Went back from ${inWords(current)} to ${inWords(revision)}.`);
}

export const paused = ({ deployment }: Input): Trouble => ({
  reason: `Deployment ${deployment} is paused, so it cannot be taken back`,
  remedy: `Nothing was changed. Resume it, then retry: kubectl rollout resume deployment/${deployment}`,
});

async function rolledOut(asked: Input, kubectl: Kubectl, { revision }: Goal): Promise<History> {
  const limit = { withinMs: asked.within, everyMs: 500, signal };
  const found = await waitFor(() => lookAtRollout(asked, revision, kubectl), limit);
  if (found !== undefined) return must(found);
  const history = must(await readHistory(asked, kubectl));
  const { replicas, updatedReplicas, availableReplicas } = history.workload.status;
  const count = `${updatedReplicas} pods are new, ${availableReplicas} of ${replicas} available`;
  return failWork({
    reason: `Deployment ${asked.deployment} is not rolled out after ${formatDuration(asked.within)}: ${count}`,
    remedy: 'The cluster goes on with it. Retry to wait on; see its pods.',
    words: await troubledPods(kubectl, history),
  });
}
