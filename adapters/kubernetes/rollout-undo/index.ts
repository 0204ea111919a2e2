/** `kubernetes/rollout-undo`: takes a Deployment back to an earlier revision; the work itself is in `work.ts`. */
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReadyBy } from '../../support/access.ts';
import { probed, ready } from '../../support/answers.ts';
import { shown } from '../../support/program.ts';
import { orderFor } from '../../support/work.ts';
import { kubectlArgv, kubectlFor, mayNot } from '../kubectl.ts';
import { type Input, input, reference } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'kubernetes/rollout-undo',
  summary:
    'Takes a Kubernetes Deployment back to the revision before, or to a named one, and waits until it is rolled out.',
  tested:
    'Tested with the real kubectl (1.20, 1.32 and 1.33) on a double of the API server with controllers of its own, not on a cluster.',
  input,
  secretFields: [],
  outputs: {
    from: 'The revision that it was taken back from; not given where it was taken back already.',
    revision: 'The number that the revision has now: going back gives it a new one.',
    replicaSet: 'The ReplicaSet that stands; its name ends with the hash of the pod template.',
    images: 'The images of its containers, joined by commas.',
  },
  needs: ['kubectl'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: 900_000,
  describe: (asked) => [
    ...(asked.toRevision === undefined ? ['find the revision before the current one, and note it there'] : []),
    shown(kubectlArgv(asked, ['rollout', 'undo', reference(asked), `--to-revision=${asked.toRevision ?? 'PREVIOUS'}`])),
    'wait until it is rolled out, and prove which revision stands',
  ],
  preflight,
  probe,
  command: (asked, context) => ({ argv: workerArgv('kubernetes/rollout-undo'), stdin: orderFor(asked, context) }),
});

const toolFor = (asked: Input, { folder, env, signal }: AdapterContext) => kubectlFor(asked, { folder, env, signal });

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { goalOf, inWords, readHistory } = await import('./history.ts');
  const { paused } = await import('./work.ts');
  const kubectl = toolFor(asked, context);
  const history = await readHistory(asked, kubectl);
  if (!history.ok) return notReadyBy(history.error);
  const goal = goalOf(asked, history.value);
  if (!goal.ok) return notReadyBy(goal.error);
  if (history.value.workload.spec.paused) return notReadyBy(paused(asked));
  const noting = asked.toRevision === undefined ? ['replicasets'] : [];
  const rights = [`deployments/${asked.deployment}`, ...noting].map((what) => mayNot(kubectl, 'patch', what));
  const refused = (await Promise.all(rights)).find((refusal) => refusal !== undefined);
  if (refused !== undefined) return notReadyBy(refused);
  const { inPlace, revision } = goal.value;
  const how = inPlace ? 'it was taken back already' : `it can go back to ${inWords(revision)}`;
  return ready(
    [`Deployment ${asked.deployment} stands at ${inWords(history.value.current)}`, how],
    'whether the images of that revision can still be pulled',
  );
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const { goalOf, inWords, readHistory } = await import('./history.ts');
  const { progress } = await import('./rollout.ts');
  const history = await readHistory(asked, toolFor(asked, context));
  if (!history.ok) return probed('unknown', history.error.reason);
  if (!history.value.settled) return probed('unknown', 'the cluster has not yet taken note of the last change');
  const goal = goalOf(asked, history.value);
  if (!goal.ok) return probed('unknown', goal.error.reason);
  const { inPlace, revision } = goal.value;
  const stands = `Deployment ${asked.deployment} stands at ${inWords(history.value.current)}`;
  const complete = inPlace && progress(revision, history.value) === 'done';
  return complete ? probed('yes', stands) : probed('no', inPlace ? `${stands}, not yet rolled out` : stands);
}
