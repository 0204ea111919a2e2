/** `kubernetes/scale`: closes access to a workload by scaling it down, and opens it by scaling it to what it was. */
import {
  type AdapterContext,
  defineAdapter,
  type Performed,
  type Preflight,
  type Probe,
} from '../../../src/ports/adapter.ts';
import { failedBy, notReadyBy } from '../../support/access.ts';
import { done, probed, ready } from '../../support/answers.ts';
import { shown } from '../../support/program.ts';
import { kubectlArgv, kubectlFor, mayNot } from '../kubectl.ts';
import { named, readPods } from '../workload.ts';
import { type Input, input, markerName, reference } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'kubernetes/scale',
  summary:
    'Closes access to a Kubernetes Deployment or StatefulSet by scaling it down, and opens it with the replicas that it had.',
  tested:
    'Tested with the real kubectl (1.20, 1.32 and 1.33) on a double of the API server with controllers of its own, not on a cluster.',
  input,
  secretFields: [],
  outputs: {
    previous: 'How many replicas it had before it was closed (closing).',
    replicas: 'How many replicas it has now.',
  },
  needs: ['kubectl'],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 600_000,
  describe,
  preflight,
  probe,
  perform,
});

function describe(asked: Input): readonly string[] {
  const command = (args: readonly string[]) => shown(kubectlArgv(asked, args));
  const scaling = (replicas: number | string) => command(['scale', reference(asked), `--replicas=${replicas}`]);
  if (asked.access === 'closed')
    return [
      `keep how many replicas ${named(reference(asked))} has in ConfigMap ${markerName(asked)}`,
      scaling(asked.replicas),
      'wait until its pods are gone, those that terminate too',
    ];
  return [
    `${scaling(asked.previous ?? 'PREVIOUS')}, with what ConfigMap ${markerName(asked)} keeps`,
    'wait until all of its pods are ready',
    command(['delete', 'configmap', markerName(asked)]),
  ];
}

const toolFor = (asked: Input, { folder, env, signal }: AdapterContext) => kubectlFor(asked, { folder, env, signal });

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { findAutoscaler, fought, look, unknownBefore } = await import('./scene.ts');
  const kubectl = toolFor(asked, context);
  const scene = await look(asked, kubectl);
  if (!scene.ok) return notReadyBy(scene.error);
  const { replicas, marker } = scene.value;
  const about = named(reference(asked));
  if (replicas <= asked.replicas && marker === undefined && asked.previous === undefined && asked.access === 'closed')
    return notReadyBy(unknownBefore(asked, replicas).error);
  const autoscaler = await findAutoscaler(asked, kubectl);
  if (!autoscaler.ok) return notReadyBy(autoscaler.error);
  const fight = asked.access === 'closed' ? fought(asked, autoscaler.value) : undefined;
  if (fight !== undefined) return notReadyBy(fight);
  const refusals = await Promise.all(rights(asked).map(([verb, what]) => mayNot(kubectl, verb, what)));
  const refused = refusals.find((refusal) => refusal !== undefined);
  if (refused !== undefined) return notReadyBy(refused);
  const kept = marker === undefined ? [] : [`it had ${marker.replicas} before it was closed`];
  return ready([`${about} has ${replicas} replicas`, ...kept, 'this user may scale it and keep a marker']);
}

const rights = (asked: Input): readonly (readonly [string, string])[] => [
  ['patch', `${asked.kind}s/${asked.name} scale`],
  [asked.access === 'closed' ? 'create' : 'delete', 'configmaps'],
  ['list', 'pods'],
];

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const { look } = await import('./scene.ts');
  const { isReady } = await import('./open.ts');
  const kubectl = toolFor(asked, context);
  const scene = await look(asked, kubectl);
  if (!scene.ok) return probed('unknown', scene.error.reason);
  const { workload, replicas, marker } = scene.value;
  const pods = await readPods(kubectl, workload);
  if (!pods.ok) return probed('unknown', pods.error.reason);
  const detail = `${named(reference(asked))} has ${replicas} replicas and ${pods.value.length} pods, and ${marker === undefined ? 'no' : 'a'} marker`;
  const closed = replicas === asked.replicas && pods.value.length <= asked.replicas && marker !== undefined;
  const opened = replicas > asked.replicas && isReady(workload) && marker === undefined;
  return probed((asked.access === 'closed' ? closed : opened) ? 'yes' : 'no', detail);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const order = { asked, kubectl: toolFor(asked, context), key: context.key, signal: context.signal };
  if (asked.access === 'closed') {
    const closed = await (await import('./close.ts')).close(order);
    if (!closed.ok) return failedBy(closed.error);
    return done(closed.value.detail, { previous: String(closed.value.previous), replicas: String(asked.replicas) });
  }
  const opened = await (await import('./open.ts')).open(order);
  if (!opened.ok) return failedBy(opened.error);
  return done(opened.value.detail, { replicas: String(opened.value.replicas) });
}
