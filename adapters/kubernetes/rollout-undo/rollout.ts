/** Is the revision rolled out? As `kubectl rollout status` judges it, and by which revision it is. */
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, unproven } from '../../support/access.ts';
import type { Kubectl } from '../kubectl.ts';
import { podsInWords, readPods, unready } from '../workload.ts';
import { type History, inWords, type Revision, readHistory } from './history.ts';
import type { Input } from './input.ts';

/** Undefined: not yet. */
export function progress(
  goal: Revision,
  { workload, current, settled }: History,
): 'done' | 'stuck' | 'other' | undefined {
  const { spec, status } = workload;
  if (!settled) return undefined;
  if (current.name !== goal.name) return 'other';
  if (status.conditions.some(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded'))
    return 'stuck';
  const updated = status.updatedReplicas >= spec.replicas && status.replicas <= status.updatedReplicas;
  return updated && status.availableReplicas >= status.updatedReplicas ? 'done' : undefined;
}

/** Undefined: not yet. An error: it will not be. */
export async function lookAtRollout(
  asked: Input,
  goal: Revision,
  kubectl: Kubectl,
): Promise<Result<History, Trouble> | undefined> {
  const history = await readHistory(asked, kubectl);
  if (!history.ok) return history;
  const found = progress(goal, history.value);
  if (found === undefined) return undefined;
  if (found === 'done') return ok(history.value);
  const { current } = history.value;
  if (found === 'other')
    return unproven(
      `Deployment ${asked.deployment} stands at ${inWords(current)}, not at that of ReplicaSet ${goal.name}`,
      'Somebody deployed in between (a pipeline, Argo CD or Flux): stop that, then retry.',
    );
  return unproven(
    `Deployment ${asked.deployment} is back at ${inWords(current)}, but its pods do not become ready in time`,
    'See its pods; then retry, or name another revision.',
    await troubledPods(kubectl, history.value),
  );
}

export async function troubledPods(kubectl: Kubectl, { workload }: History): Promise<string> {
  const pods = await readPods(kubectl, workload);
  return pods.ok ? podsInWords(unready(pods.value)) : '';
}
