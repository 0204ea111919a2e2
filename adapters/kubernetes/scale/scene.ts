/** What stands: the workload, its marker, and an autoscaler that would scale it by itself. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import type { Marker } from '../../support/marker.ts';
import { getJson, type Kubectl } from '../kubectl.ts';
import { findMarker } from '../marker-object.ts';
import { named, readWorkload, type Workload } from '../workload.ts';
import { type Input, markerName, reference } from './input.ts';

export interface Scene {
  readonly workload: Workload;
  readonly replicas: number;
  readonly marker: { readonly replicas: number; readonly autoscaler: string | null } | undefined;
}

const previous = z.object({
  replicas: z.int().check(z.minimum(1)),
  autoscaler: z._default(z.nullable(z.string()), null),
});

export async function look(asked: Input, kubectl: Kubectl): Promise<Result<Scene, Trouble>> {
  const [workload, found] = await Promise.all([
    readWorkload(kubectl, reference(asked)),
    findMarker(kubectl, markerName(asked)),
  ]);
  if (!workload.ok) return workload;
  if (!found.ok) return found;
  const marker = found.value === undefined ? ok(undefined) : understood(asked, found.value);
  return marker.ok
    ? ok({ workload: workload.value, replicas: workload.value.spec.replicas, marker: marker.value })
    : marker;
}

export function understood(asked: Input, marker: Marker): Result<NonNullable<Scene['marker']>, Trouble> {
  const parsed = z.safeParse(previous, marker.previous);
  if (parsed.success && marker.adapter === 'kubernetes/scale' && marker.what === reference(asked))
    return ok(parsed.data);
  const name = markerName(asked);
  return trouble(
    `ConfigMap ${name} does not say how many replicas ${reference(asked)} had`,
    `Look at it (kubectl get configmap ${name} -o yaml); if it is worth nothing, delete it and say \`previous\`.`,
  );
}

const autoscalers = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      spec: z.looseObject({
        scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
        minReplicas: z._default(z.int(), 1),
        maxReplicas: z.int(),
      }),
    }),
  ),
});

export interface Autoscaler {
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

/** The one that scales it; undefined: none does. */
export async function findAutoscaler(asked: Input, kubectl: Kubectl): Promise<Result<Autoscaler | undefined, Trouble>> {
  const about = `Autoscalers of ${reference(asked)}`;
  const all = await getJson(kubectl, ['horizontalpodautoscalers.autoscaling'], about, autoscalers);
  if (!all.ok) return all;
  const own = all.value.items.find(
    ({ spec }) => spec.scaleTargetRef.kind.toLowerCase() === asked.kind && spec.scaleTargetRef.name === asked.name,
  );
  if (own === undefined) return ok(undefined);
  return ok({ name: own.metadata.name, least: own.spec.minReplicas, most: own.spec.maxReplicas });
}

/** At 0 replicas an autoscaler rests; at any other number it scales up again. */
export function fought(asked: Input, autoscaler: Autoscaler | undefined): Trouble | undefined {
  if (autoscaler === undefined || asked.replicas === 0 || autoscaler.least <= asked.replicas) return undefined;
  const { name, least } = autoscaler;
  return {
    reason: `Autoscaler ${name} would scale ${named(reference(asked))} up to ${least} again`,
    remedy: 'Close with `replicas: 0` (there it rests), or change its minReplicas first.',
  };
}

/** Scaled down, and nothing says how many it had. */
export function unknownBefore(asked: Input, replicas: number): { readonly ok: false; error: Trouble } {
  return err({
    reason: `${named(reference(asked))} has ${replicas} replicas, and no marker (ConfigMap ${markerName(asked)}) says how many it had before`,
    remedy: 'Say what open means: add `previous: 3` (its number of replicas) to the `with` of this step.',
  });
}
