/** Things in a cluster, by the URL of its API server and their namespace; as written where no kubeconfig can be read. */
import { resolve } from 'node:path';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AdapterPlace, PlaceContext } from '../../src/ports/adapter.ts';
import { atHost, elsewhere, type PlacesOf, said } from './kinds.ts';
import { type ApiServer, apiServerOf } from './kubeconfig.ts';
import { filled } from './readable.ts';

type NameOf = (input: JsonObject) => string;

export const inCluster =
  (kindOf: NameOf, nameOf: NameOf): PlacesOf =>
  (input, context) => [thing(input, context, { kind: kindOf(input), name: nameOf(input) })];

/** helm takes more of it from its environment. */
export const helmRelease: PlacesOf = (input, context) => {
  const { env } = context;
  const asked = {
    ...input,
    context: said(input, 'context') ?? filled(env.HELM_KUBECONTEXT) ?? null,
    namespace: said(input, 'namespace') ?? filled(env.HELM_NAMESPACE) ?? null,
  };
  const release = { kind: 'Helm release', name: said(input, 'release') ?? '' };
  return [thing(asked, context, { ...release, server: filled(env.HELM_KUBEAPISERVER) })];
};

interface Thing {
  readonly kind: string;
  readonly name: string;
  /** Goes over the one of the kubeconfig. */
  readonly server?: string | undefined;
}

function thing(input: JsonObject, context: PlaceContext, { kind, name, server }: Thing): AdapterPlace {
  const [file, named, namespace] = ['kubeconfig', 'context', 'namespace'].map((field) => said(input, field));
  const found = apiServerOf(file, named, context);
  const api: ApiServer | undefined = server === undefined ? found : { server, namespace: found?.namespace };
  const url = api === undefined ? undefined : urlOf(api.server);
  if (url === undefined) {
    const written = file === undefined ? context.env.KUBECONFIG : resolve(context.folder, file);
    const where = [written, named, namespace].map((part) => part ?? 'default');
    return elsewhere(kind, [...where, name].join(' / '));
  }
  const port = filled(url.port) ?? (url.protocol === 'http:' ? '80' : '443');
  const beside = `${url.pathname.replace(/\/+$/, '')} ${namespace ?? api?.namespace ?? 'default'}/${kind}/${name}`;
  return atHost(kind, url.hostname, port, beside);
}

function urlOf(server: string): URL | undefined {
  const text = server.includes('://') ? server : `https://${server}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}
