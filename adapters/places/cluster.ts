/** Things in a cluster, by the URL of its API server and their namespace; as written where no kubeconfig can be read. */
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AdapterPlace, PlaceContext } from '../../src/ports/adapter.ts';
import { atHost, elsewhere, type PlacesOf, said } from './kinds.ts';
import { type ApiServer, apiServerOf, kubeconfigFiles } from './kubeconfig.ts';
import { filled } from './readable.ts';
import { type WebAddress, webAddress } from './url.ts';

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
    const where = [kubeconfigFiles(file, context).join(':'), named ?? 'default', namespace ?? 'default'];
    return elsewhere(kind, [...where, name].join(' / '));
  }
  const beside = `${url.path} ${namespace ?? api?.namespace ?? 'default'}/${kind}/${name}`;
  return atHost(kind, url.host, url.port, beside);
}

const urlOf = (server: string): WebAddress | undefined =>
  webAddress(server.includes('://') ? server : `https://${server}`);
