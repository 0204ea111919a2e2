/** The objects of the double of a cluster: stored whole, with a resource version for each change. */
import { randomUUID } from 'node:crypto';

export interface Metadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  ownerReferences?: unknown[];
}

interface Container {
  name: string;
  image: string;
}

/** What workloads and pods have together. */
export interface Spec {
  replicas: number;
  selector: { matchLabels: Record<string, string> };
  template: { metadata: { labels: Record<string, string> }; spec: { containers: Container[] } };
  containers: Container[];
}

export interface Status {
  replicas?: number;
  conditions?: { type: string; status: string }[];
  containerStatuses?: { state: { waiting?: unknown }; [field: string]: unknown }[];
  [field: string]: unknown;
}

export interface Stored {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec: Spec;
  status?: Status;
}

/** An object as somebody writes it: what it leaves out is not looked at. */
export const asStored = (given: unknown): Stored => given as Stored;

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly short: readonly string[];
}

export const resources: readonly Resource[] = [
  { group: '', version: 'v1', plural: 'configmaps', singular: 'configmap', kind: 'ConfigMap', short: ['cm'] },
  { group: '', version: 'v1', plural: 'pods', singular: 'pod', kind: 'Pod', short: ['po'] },
  {
    group: 'apps',
    version: 'v1',
    plural: 'deployments',
    singular: 'deployment',
    kind: 'Deployment',
    short: ['deploy'],
  },
  { group: 'apps', version: 'v1', plural: 'replicasets', singular: 'replicaset', kind: 'ReplicaSet', short: ['rs'] },
  {
    group: 'apps',
    version: 'v1',
    plural: 'statefulsets',
    singular: 'statefulset',
    kind: 'StatefulSet',
    short: ['sts'],
  },
  {
    group: 'autoscaling',
    version: 'v1',
    plural: 'horizontalpodautoscalers',
    singular: 'horizontalpodautoscaler',
    kind: 'HorizontalPodAutoscaler',
    short: ['hpa'],
  },
];

export class Objects {
  private readonly kept = new Map<string, Stored>();
  private version = 1_000;

  private next(): string {
    this.version += 1;
    return String(this.version);
  }

  get(plural: string, namespace: string, name: string): Stored | undefined {
    return this.kept.get(`${plural}/${namespace}/${name}`);
  }

  list(plural: string, namespace: string): Stored[] {
    const begin = `${plural}/${namespace}/`;
    return [...this.kept].filter(([key]) => key.startsWith(begin)).map(([, stored]) => stored);
  }

  /** A change of `spec` is a new generation. */
  put(plural: string, given: Stored): Stored {
    const { namespace, name } = given.metadata;
    const old = this.get(plural, namespace, name);
    const changed = old !== undefined && JSON.stringify(old.spec) !== JSON.stringify(given.spec);
    const metadata: Metadata = {
      ...given.metadata,
      labels: given.metadata.labels ?? {},
      annotations: given.metadata.annotations ?? {},
      uid: old?.metadata.uid ?? randomUUID(),
      creationTimestamp: old?.metadata.creationTimestamp ?? stamp(),
      generation: (old?.metadata.generation ?? 1) + (changed ? 1 : 0),
      resourceVersion: this.next(),
    };
    const stored = { ...given, metadata };
    this.kept.set(`${plural}/${namespace}/${name}`, stored);
    return stored;
  }

  /** What a controller does: no new generation. */
  change(plural: string, stored: Stored, change: (object: Stored) => void): void {
    const before = JSON.stringify(stored);
    change(stored);
    if (JSON.stringify(stored) !== before) stored.metadata.resourceVersion = this.next();
    this.kept.set(`${plural}/${stored.metadata.namespace}/${stored.metadata.name}`, stored);
  }

  clear(): void {
    this.kept.clear();
  }

  remove(plural: string, namespace: string, name: string): boolean {
    return this.kept.delete(`${plural}/${namespace}/${name}`);
  }
}

export const stamp = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
