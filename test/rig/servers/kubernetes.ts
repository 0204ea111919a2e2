/**
 * A double of a Kubernetes API server on loopback, for the real kubectl: the smallest that answers it honestly. Its
 * controllers go on by one step with every read, so that what waits sees each state. What nodes, networks and
 * admission do is not in it.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { certificate, privateKey } from '../../adapters/rig/certificate.ts';
import { type Asked, answer, status } from './kubernetes/api.ts';
import { podsOf, type Switches, stepControllers } from './kubernetes/controllers.ts';
import { asStored, Objects, type Stored } from './kubernetes/objects.ts';

export const namespace = 'shop';

export interface Cluster {
  readonly url: string;
  readonly switches: Switches;
  /** `create configmaps`, `patch deployments`: refused with 403. */
  readonly forbidden: Set<string>;
  /** `PATCH /apis/…` of every request that has changed something. */
  readonly changes: string[];
  /** The token of every request, once each. */
  readonly tokens: Set<string>;
  /** Writes a kubeconfig; a `token` that does not begin with `valid` is not let in. */
  kubeconfig(path: string, settings?: Partial<Login>): string;
  /** The real kubectl, as a person would call it. */
  kubectl(env: NodeJS.ProcessEnv, kubeconfig: string, args: readonly string[]): Promise<string>;
  workload(kind: 'Deployment' | 'StatefulSet', name: string, replicas: number, image: string): Stored;
  /** A new release: another image. */
  setImage(deployment: string, image: string): void;
  scale(deployment: string, replicas: number): void;
  autoscaler(deployment: string, least: number, most: number): void;
  get(plural: string, name: string): Stored | undefined;
  put(plural: string, object: object): Stored;
  remove(plural: string, name: string): void;
  pods(workload: Stored | undefined): readonly Stored[];
  /** Until nothing changes any more. */
  settle(): void;
  /** Empty again, and nothing forbidden. */
  reset(): void;
  stop(): Promise<void>;
}

export interface Login {
  readonly token: string;
  readonly context: string;
  readonly server: string;
}

export async function startCluster(): Promise<Cluster> {
  const objects = new Objects();
  const switches: Switches = calm();
  const forbidden = new Set<string>();
  const changes: string[] = [];
  const tokens = new Set<string>();
  const step = () => stepControllers(objects, namespace, switches);
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    read(request).then(
      (asked) => {
        tokens.add(asked.token);
        if (asked.method === 'GET') step();
        const said = asked.token.startsWith('valid') ? answer(asked, objects, { forbidden }) : refused;
        const changed = asked.method !== 'GET' && said.code < 400 && !asked.path.endsWith('reviews');
        if (changed) changes.push(`${asked.method} ${asked.path}`);
        if (changed && asked.path.includes('/deployments/')) switches.onChange();
        response.writeHead(said.code, { 'content-type': 'application/json' }).end(JSON.stringify(said.body));
      },
      () => response.destroy(),
    );
  });
  const url = await listening(server);
  return {
    ...handsOn(objects, step),
    url,
    switches,
    forbidden,
    changes,
    tokens,
    kubeconfig: (file, login) =>
      writeKubeconfig(file, { token: 'valid-token', context: 'test', server: url, ...login }),
    kubectl: async (env, kubeconfig, args) =>
      (await promisify(execFile)('kubectl', [`--kubeconfig=${kubeconfig}`, ...args], { env })).stdout,
    reset: () => {
      objects.clear();
      forbidden.clear();
      changes.splice(0);
      tokens.clear();
      Object.assign(switches, calm());
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const calm = (): Switches => ({ lingering: false, forcedReplicas: null, frozen: false, onChange: () => undefined });

/** What a test does without kubectl. */
function handsOn(objects: Objects, step: () => void) {
  const get = (plural: string, name: string) => objects.get(plural, namespace, name);
  const put = (plural: string, object: object) => objects.put(plural, asStored(object));
  const settle = () => {
    for (let n = 0; n < 10; n += 1) step();
  };
  const change = (name: string, spec: (old: Stored) => Stored['spec']) => {
    const stored = get('deployments', name);
    if (stored === undefined) throw new Error(`there is no deployment ${name}`);
    put('deployments', { ...stored, spec: spec(stored) });
    settle();
  };
  return {
    get,
    put,
    settle,
    workload: (kind: string, name: string, replicas: number, image: string) => {
      const made = put(`${kind.toLowerCase()}s`, workloadOf(kind, name, replicas, image));
      settle();
      return get(`${kind.toLowerCase()}s`, name) ?? made;
    },
    setImage: (name: string, image: string) =>
      change(name, ({ spec }) => ({
        ...spec,
        template: { ...spec.template, spec: { containers: [{ name: 'app', image }] } },
      })),
    scale: (name: string, replicas: number) => change(name, ({ spec }) => ({ ...spec, replicas })),
    autoscaler: (name: string, minReplicas: number, maxReplicas: number) => {
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
      const spec = { scaleTargetRef, minReplicas, maxReplicas };
      const metadata = { name, namespace };
      put('horizontalpodautoscalers', {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata,
        spec,
      });
    },
    remove: (plural: string, name: string) => {
      objects.remove(plural, namespace, name);
    },
    pods: (workload: Stored | undefined) => (workload === undefined ? [] : podsOf(objects, workload)),
  };
}

async function read(request: IncomingMessage): Promise<Asked & { readonly token: string }> {
  const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'https://api');
  const { method = '', headers } = request;
  const token = String(headers.authorization ?? '').replace('Bearer ', '');
  return { method, path, query, token, contentType: headers['content-type'] ?? '', body: await buffer(request) };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const refused = status(401, 'Unauthorized', 'Unauthorized');

function workloadOf(kind: string, name: string, replicas: number, image: string): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image }] } };
  const metadata = { name, namespace, labels: {}, annotations: {} };
  return { apiVersion: 'apps/v1', kind, metadata, spec: { replicas, selector: { matchLabels: labels }, template } };
}

function writeKubeconfig(file: string, { token, context, server }: Login): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'deployer', user: { token } }],
    contexts: [{ name: context, context: { cluster: 'test', user: 'deployer', namespace } }],
    'current-context': context,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
