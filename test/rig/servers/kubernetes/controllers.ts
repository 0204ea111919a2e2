/**
 * What the controllers of a cluster do, one step a call, so that a test needs no clock: Deployments keep ReplicaSets
 * with revisions, both kinds keep pods, which start, become ready, terminate and go. `broken` in an image: its pods
 * never become ready.
 */
import { createHash } from 'node:crypto';
import { asStored, type Objects, type Stored, stamp } from './objects.ts';

export interface Switches {
  /** Terminating pods stay. */
  lingering: boolean;
  /** Whatever anybody asks, it has so many replicas again at once (an autoscaler that fights). */
  forcedReplicas: number | null;
  /** The controllers do nothing. */
  frozen: boolean;
  /** Happens right after a Deployment was changed by kubectl. */
  onChange: () => void;
}

const revision = 'deployment.kubernetes.io/revision';
const revisionHistory = 'deployment.kubernetes.io/revision-history';
const skipped = new Set(['kubectl.kubernetes.io/last-applied-configuration', revision, revisionHistory]);

export function stepControllers(objects: Objects, namespace: string, switches: Switches): void {
  if (switches.frozen) return;
  force('deployments', objects, namespace, switches);
  for (const deployment of objects.list('deployments', namespace)) stepDeployment(objects, deployment, switches);
  for (const set of objects.list('statefulsets', namespace)) {
    stepPods(objects, set, set, switches);
    report('statefulsets', objects, set, set.metadata.name);
  }
}

function stepDeployment(objects: Objects, deployment: Stored, switches: Switches): void {
  const current = currentSet(objects, deployment);
  stepPods(objects, deployment, current, switches);
  report('deployments', objects, deployment, current.metadata.name);
}

function force(plural: string, objects: Objects, namespace: string, { forcedReplicas }: Switches): void {
  if (forcedReplicas === null) return;
  for (const workload of objects.list(plural, namespace))
    if (workload.spec.replicas !== forcedReplicas)
      objects.put(plural, { ...workload, spec: { ...workload.spec, replicas: forcedReplicas } });
}

/** The ReplicaSet of the Deployment's template: made, or taken again with a new revision, as the controller does. */
function currentSet(objects: Objects, deployment: Stored): Stored {
  const { namespace, name, uid, annotations } = deployment.metadata;
  const sets = objects
    .list('replicasets', namespace)
    .filter((set) => JSON.stringify(set.metadata.ownerReferences ?? []).includes(uid));
  const hash = createHash('sha256')
    .update(JSON.stringify(essence(deployment)))
    .digest('hex')
    .slice(0, 10);
  const highest = Math.max(0, ...sets.map((set) => Number(set.metadata.annotations[revision])));
  const found = sets.find((set) => set.metadata.labels['pod-template-hash'] === hash);
  const set = found ?? objects.put('replicasets', newSet(deployment, `${name}-${hash}`, hash));
  objects.change('replicasets', set, ({ metadata }) => {
    const had = metadata.annotations[revision];
    for (const [key, value] of Object.entries(annotations)) if (!skipped.has(key)) metadata.annotations[key] = value;
    if (had === String(highest)) return;
    if (had !== undefined)
      metadata.annotations[revisionHistory] = [metadata.annotations[revisionHistory], had].filter(Boolean).join(',');
    metadata.annotations[revision] = String(highest + 1);
  });
  objects.change('deployments', deployment, ({ metadata }) => {
    metadata.annotations[revision] = String(set.metadata.annotations[revision]);
  });
  return set;
}

/** Of a template what the double tells apart: clients write the same one in several ways. */
function essence({ spec: { template } }: Stored): unknown {
  const { containers } = template.spec;
  return [Object.entries(template.metadata.labels).sort(), containers.map(({ name, image }) => [name, image])];
}

function newSet(deployment: Stored, name: string, hash: string): Stored {
  const { namespace, uid, name: owner } = deployment.metadata;
  const template = structuredClone(deployment.spec.template);
  template.metadata.labels['pod-template-hash'] = hash;
  const labels = template.metadata.labels;
  const ownerReferences = [
    { apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid, controller: true, blockOwnerDeletion: true },
  ];
  const metadata = { name, namespace, labels, annotations: {}, ownerReferences };
  const selector = { matchLabels: labels };
  return asStored({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { replicas: 0, selector, template } });
}

/** One step: what terminates goes, what starts becomes ready, what is too much terminates, what is missing starts. */
function stepPods(objects: Objects, workload: Stored, owner: Stored, { lingering }: Switches): void {
  const { namespace } = workload.metadata;
  const pods = podsOf(objects, workload);
  for (const pod of pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined && !lingering))
    objects.remove('pods', namespace, pod.metadata.name);
  const active = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  for (const pod of active) objects.change('pods', pod, makeReady);
  const own = active.filter((pod) => pod.metadata.labels.owner === owner.metadata.name);
  const wanted = Number(workload.spec.replicas);
  const settled = own.length === wanted && own.every(isReady);
  const surplus = [...own.slice(wanted), ...active.filter((pod) => !own.includes(pod) && (settled || wanted === 0))];
  for (const pod of surplus)
    objects.change('pods', pod, ({ metadata }) => {
      metadata.deletionTimestamp = stamp();
    });
  for (let n = own.length; n < wanted; n += 1) objects.put('pods', newPod(workload, owner, n));
}

export function podsOf(objects: Objects, workload: Stored): Stored[] {
  const wanted = Object.entries(workload.spec.selector.matchLabels);
  return objects
    .list('pods', workload.metadata.namespace)
    .filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels[key] === value));
}

const made = { pods: 0 };

function newPod(workload: Stored, owner: Stored, n: number): Stored {
  const { containers } = owner.spec.template.spec;
  const labels = { ...owner.spec.template.metadata.labels, owner: owner.metadata.name };
  made.pods += 1;
  const name = `${owner.metadata.name}-${owner.kind === 'StatefulSet' ? n : made.pods}`;
  const status = { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False' }], containerStatuses: [] };
  const metadata = { name, namespace: workload.metadata.namespace, labels, annotations: {} };
  return asStored({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers }, status });
}

function makeReady(pod: Stored): void {
  const [container] = pod.spec.containers;
  const image = container?.image ?? '';
  const broken = image.includes('broken');
  const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` };
  const state = broken ? { waiting } : { running: { startedAt: pod.metadata.creationTimestamp } };
  pod.status = {
    phase: broken ? 'Pending' : 'Running',
    conditions: [{ type: 'Ready', status: broken ? 'False' : 'True' }],
    containerStatuses: [{ name: container?.name, image, ready: !broken, restartCount: 0, state }],
  };
}

const isReady = (pod: Stored): boolean => pod.status?.conditions?.[0]?.status === 'True';

function report(plural: string, objects: Objects, workload: Stored, owner: string): void {
  const active = podsOf(objects, workload).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const updated = active.filter((pod) => pod.metadata.labels.owner === owner);
  const ready = active.filter(isReady).length;
  const stuck = updated.some((pod) => pod.status?.containerStatuses?.[0]?.state.waiting !== undefined);
  objects.change(plural, workload, (object) => {
    object.status = {
      observedGeneration: object.metadata.generation,
      replicas: active.length,
      updatedReplicas: updated.length,
      readyReplicas: ready,
      availableReplicas: ready,
      ...(stuck ? { conditions: [deadlineExceeded(owner)] } : {}),
    };
  });
}

const deadlineExceeded = (owner: string) => ({
  type: 'Progressing',
  status: 'False',
  reason: 'ProgressDeadlineExceeded',
  message: `ReplicaSet "${owner}" has timed out progressing.`,
});
