/** Which API server and namespace a context of the kubeconfig stands for. Of several files the first word counts. */
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import type { PlaceContext } from '../../src/ports/adapter.ts';
import { filled, homeOf, textAt } from './readable.ts';

export interface ApiServer {
  readonly server: string;
  readonly namespace: string | undefined;
}

const text = z.nullish(z.string());
const kubeconfig = z.looseObject({
  'current-context': text,
  contexts: z.nullish(
    z.array(z.looseObject({ name: z.string(), context: z.looseObject({ cluster: text, namespace: text }) })),
  ),
  clusters: z.nullish(z.array(z.looseObject({ name: z.string(), cluster: z.looseObject({ server: text }) }))),
});

type Kubeconfig = z.infer<typeof kubeconfig>;

/** Undefined: no file says it. */
export function apiServerOf(
  file: string | undefined,
  name: string | undefined,
  place: PlaceContext,
): ApiServer | undefined {
  const files = kubeconfigFiles(file, place).flatMap(readKubeconfig);
  const current = name ?? files.map((each) => each['current-context']).find((each) => each);
  const context = files.flatMap(({ contexts }) => contexts ?? []).find((each) => each.name === current)?.context;
  const clusters = files.flatMap((each) => each.clusters ?? []);
  const server = clusters.find((each) => each.name === context?.cluster)?.cluster.server;
  return server ? { server, namespace: filled(context?.namespace ?? undefined) } : undefined;
}

export function kubeconfigFiles(file: string | undefined, place: PlaceContext): readonly string[] {
  const listed = filled(place.env.KUBECONFIG)?.split(':');
  const files = file === undefined ? (listed ?? [join(homeOf(place), '.kube/config')]) : [file];
  return files.filter((each) => each !== '').map((each) => resolve(place.folder, each));
}

function readKubeconfig(file: string): readonly Kubeconfig[] {
  try {
    const { data } = z.safeParse(kubeconfig, parse(textAt(file) ?? ''));
    return data === undefined ? [] : [data];
  } catch {
    return [];
  }
}
