/** Deployments, StatefulSets and their pods as kubectl prints them: only what the adapters of this folder read. */
import * as z from 'zod/mini';
import { ok, type Result } from '../../src/kernel/result.ts';
import { getJson, type Kubectl, type KubectlTrouble } from './kubectl.ts';

const count = z._default(z.int(), 0);
const texts = z._default(z.record(z.string(), z.string()), {});

const selector = z.looseObject({
  matchLabels: z._default(z.record(z.string(), z.string()), {}),
  matchExpressions: z._default(
    z.array(z.looseObject({ key: z.string(), operator: z.string(), values: z._default(z.array(z.string()), []) })),
    [],
  ),
});

const workload = z.looseObject({
  metadata: z.looseObject({ name: z.string(), uid: z.string(), generation: count, annotations: texts }),
  spec: z.looseObject({
    replicas: z._default(z.int(), 1),
    selector,
    paused: z._default(z.boolean(), false),
    template: z.unknown(),
  }),
  status: z._default(
    z.looseObject({
      observedGeneration: count,
      replicas: count,
      readyReplicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      conditions: z._default(
        z.array(
          z.looseObject({
            type: z.string(),
            status: z.string(),
            reason: z._default(z.string(), ''),
            message: z._default(z.string(), ''),
          }),
        ),
        [],
      ),
    }),
    { observedGeneration: 0, replicas: 0, readyReplicas: 0, updatedReplicas: 0, availableReplicas: 0, conditions: [] },
  ),
});
export type Workload = z.infer<typeof workload>;

const state = z.looseObject({
  waiting: z.optional(z.looseObject({ reason: z._default(z.string(), ''), message: z._default(z.string(), '') })),
});

const pods = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), deletionTimestamp: z.optional(z.string()) }),
      status: z.looseObject({
        phase: z._default(z.string(), ''),
        conditions: z._default(z.array(z.looseObject({ type: z.string(), status: z.string() })), []),
        containerStatuses: z._default(z.array(z.looseObject({ name: z.string(), state: z._default(state, {}) })), []),
      }),
    }),
  ),
});
export type Pod = z.infer<typeof pods>['items'][number];

/** `deployment/shop` */
export const readWorkload = (kubectl: Kubectl, reference: string): Promise<Result<Workload, KubectlTrouble>> =>
  getJson(kubectl, [reference], named(reference), workload);

/** `deployment/shop` in words. */
export const named = (reference: string): string => reference.replace('/', ' ').replace(/^./, (c) => c.toUpperCase());

/** Those that run or have still to end; what has ended by itself is left out. */
export async function readPods(kubectl: Kubectl, of: Workload): Promise<Result<readonly Pod[], KubectlTrouble>> {
  const found = await getJson(kubectl, ['pods', `--selector=${selectorOf(of)}`], `Pods of ${of.metadata.name}`, pods);
  if (!found.ok) return found;
  return ok(found.value.items.filter(({ status }) => status.phase !== 'Succeeded' && status.phase !== 'Failed'));
}

/** As kubectl's `--selector` takes it. */
export function selectorOf({ spec }: Workload): string {
  const { matchLabels, matchExpressions } = spec.selector;
  const terms = matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'In') return `${key} in (${values.join(',')})`;
    if (operator === 'NotIn') return `${key} notin (${values.join(',')})`;
    return operator === 'Exists' ? key : `!${key}`;
  });
  return [...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`), ...terms].join(',');
}

const isReady = ({ status }: Pod): boolean =>
  status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');

/** `shop-5f-1 (terminating), shop-5f-2 (app: ImagePullBackOff: …)` */
export function podsInWords(found: readonly Pod[]): string {
  const shown = found.slice(0, 5).map((pod) => `${pod.metadata.name} (${podInWords(pod)})`);
  return [...shown, ...(found.length > 5 ? [`and ${found.length - 5} more`] : [])].join(', ');
}

function podInWords(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'terminating';
  for (const { name, state: now } of pod.status.containerStatuses)
    if (now.waiting !== undefined)
      return `${name}: ${[now.waiting.reason, now.waiting.message].filter(Boolean).join(': ')}`;
  return isReady(pod) ? 'ready' : 'not ready';
}

export const unready = (found: readonly Pod[]): readonly Pod[] =>
  found.filter((pod) => pod.metadata.deletionTimestamp === undefined && !isReady(pod));
