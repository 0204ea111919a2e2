/** Closing: the marker first, then the scaling, then until the pods are gone. Repeats reuse what is there. */
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, unproven } from '../../support/access.ts';
import type { Marker } from '../../support/marker.ts';
import { waitFor } from '../../support/wait.ts';
import type { Kubectl } from '../kubectl.ts';
import { makeMarker } from '../marker-object.ts';
import { named, type Pod, podsInWords, readPods, readWorkload } from '../workload.ts';
import { type Input, markerName, reference } from './input.ts';
import { findAutoscaler, fought, look, type Scene, understood, unknownBefore } from './scene.ts';

export interface Order {
  readonly asked: Input;
  readonly kubectl: Kubectl;
  readonly key: string;
  readonly signal: AbortSignal;
}

export interface Closed {
  readonly previous: number;
  readonly detail: string;
}

export async function close(order: Order): Promise<Result<Closed, Trouble>> {
  const { asked, kubectl } = order;
  const scene = await look(asked, kubectl);
  if (!scene.ok) return scene;
  const kept = scene.value.marker === undefined ? await keep(order, scene.value) : ok(scene.value.marker);
  if (!kept.ok) return kept;
  const scaled = scene.value.replicas === asked.replicas ? ok('') : await scale(order, asked.replicas);
  if (!scaled.ok) return scaled;
  const gone = await untilGone(order);
  if (!gone.ok) return gone;
  const previous = kept.value.replicas;
  const detail = `${named(reference(asked))} has ${asked.replicas} replicas and no pod more; it had ${previous}, which ConfigMap ${markerName(asked)} keeps`;
  return ok({ previous, detail });
}

export const scale = ({ asked, kubectl }: Order, replicas: number) =>
  kubectl(['scale', reference(asked), `--replicas=${replicas}`], named(reference(asked)));

async function keep(
  { asked, kubectl, key }: Order,
  { replicas }: Scene,
): Promise<Result<NonNullable<Scene['marker']>, Trouble>> {
  const had = replicas > asked.replicas ? replicas : asked.previous;
  if (had === undefined) return unknownBefore(asked, replicas);
  const autoscaler = await findAutoscaler(asked, kubectl);
  if (!autoscaler.ok) return autoscaler;
  const fight = fought(asked, autoscaler.value);
  if (fight !== undefined) return { ok: false, error: fight };
  const by = autoscaler.value;
  const note = by === undefined ? null : `${by.name} (${by.least} to ${by.most})`;
  const marker: Marker = {
    schema: 'backout/access-marker/v1',
    adapter: 'kubernetes/scale',
    what: reference(asked),
    previous: { replicas: had, autoscaler: note },
    closedAt: new Date().toISOString(),
    key,
  };
  const standing = await makeMarker(kubectl, markerName(asked), marker);
  return standing.ok ? understood(asked, standing.value) : standing;
}

/** Pods that terminate still serve: they count until they are gone. */
async function untilGone({ asked, kubectl, signal }: Order): Promise<Result<null, Trouble>> {
  const about = named(reference(asked));
  let last: readonly Pod[] = [];
  const waited = await waitFor(
    async (): Promise<Result<null, Trouble> | undefined> => {
      const workload = await readWorkload(kubectl, reference(asked));
      if (!workload.ok) return workload;
      const { replicas } = workload.value.spec;
      if (replicas !== asked.replicas)
        return unproven(`${about} was scaled to ${replicas} again by somebody else`, meddling);
      const pods = await readPods(kubectl, workload.value);
      if (!pods.ok) return pods;
      last = pods.value;
      const seen = workload.value.status.observedGeneration >= workload.value.metadata.generation;
      return seen && last.length <= asked.replicas ? ok(null) : undefined;
    },
    { withinMs: asked.within, everyMs: 500, signal },
  );
  if (waited !== undefined) return waited;
  const late = signal.aborted ? 'cancelled' : `still there after ${formatDuration(asked.within)}`;
  return unproven(
    `${about} is scaled down, but not all of its pods are gone: ${late}`,
    `Retry to wait on, or see: kubectl describe pod`,
    podsInWords(last),
  );
}

const meddling = 'Stop what scales it (an autoscaler, KEDA, Argo CD or Flux, a person), then retry.';
