/** Opening: back to the replicas that it had, until all are ready; the marker goes last. */
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, unproven } from '../../support/access.ts';
import { waitFor } from '../../support/wait.ts';
import type { Kubectl } from '../kubectl.ts';
import { dropMarker } from '../marker-object.ts';
import { named, podsInWords, readPods, readWorkload, unready, type Workload } from '../workload.ts';
import { type Order, scale } from './close.ts';
import { markerName, reference } from './input.ts';
import { look, type Scene, unknownBefore } from './scene.ts';

export interface Opened {
  readonly replicas: number;
  readonly detail: string;
}

export async function open(order: Order): Promise<Result<Opened, Trouble>> {
  const { asked, kubectl } = order;
  const scene = await look(asked, kubectl);
  if (!scene.ok) return scene;
  const wanted = goal(order, scene.value);
  if (!wanted.ok) return wanted;
  const scaled = wanted.value === scene.value.replicas ? ok('') : await scale(order, wanted.value);
  if (!scaled.ok) return scaled;
  const ready = await untilReady(order);
  if (!ready.ok) return ready;
  const dropped = scene.value.marker === undefined ? ok('') : await dropMarker(kubectl, markerName(asked));
  if (!dropped.ok) return dropped;
  const already =
    scene.value.marker === undefined && wanted.value === scene.value.replicas ? ' It was open already.' : '';
  const replicas = ready.value;
  return ok({ replicas, detail: `${named(reference(asked))} has ${replicas} replicas, all of them ready.${already}` });
}

/** How many it is to have. An autoscaler that has taken over again is left to its work. */
function goal({ asked }: Order, { replicas, marker }: Scene): Result<number, Trouble> {
  const isOpen = replicas > asked.replicas;
  if (marker === undefined) {
    if (isOpen) return ok(replicas);
    return asked.previous === undefined ? unknownBefore(asked, replicas) : ok(asked.previous);
  }
  return ok(isOpen && marker.autoscaler !== null ? replicas : marker.replicas);
}

async function untilReady({ asked, kubectl, signal }: Order): Promise<Result<number, Trouble>> {
  const about = named(reference(asked));
  let last: Workload | undefined;
  const waited = await waitFor(
    async (): Promise<Result<number, Trouble> | undefined> => {
      const workload = await readWorkload(kubectl, reference(asked));
      if (!workload.ok) return workload;
      last = workload.value;
      if (last.spec.replicas <= asked.replicas)
        return unproven(
          `${about} was scaled to ${last.spec.replicas} again by somebody else`,
          'Stop what scales it, then retry.',
        );
      return isReady(last) ? ok(last.spec.replicas) : undefined;
    },
    { withinMs: asked.within, everyMs: 500, signal },
  );
  if (waited !== undefined) return waited;
  const late = signal.aborted ? 'cancelled' : `after ${formatDuration(asked.within)}`;
  const reason = `${about} has ${last?.status.readyReplicas ?? 0} of ${last?.spec.replicas ?? 0} replicas ready: ${late}`;
  return unproven(reason, 'Access is not proven to be open. See its pods, then retry.', await whyNot(kubectl, last));
}

export const isReady = ({ metadata, spec, status }: Workload): boolean =>
  status.observedGeneration >= metadata.generation && spec.replicas > 0 && status.readyReplicas >= spec.replicas;

export async function whyNot(kubectl: Kubectl, workload: Workload | undefined): Promise<string> {
  const pods = workload === undefined ? undefined : await readPods(kubectl, workload);
  return pods?.ok === true ? podsInWords(unready(pods.value)) : '';
}
