/** Every server that libpq would try: what the fields say goes over the connection service, and that over the environment. */
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AdapterPlace, PlaceContext } from '../../src/ports/adapter.ts';
import { atHost, elsewhere, type PlacesOf, said } from './kinds.ts';
import { pgService } from './pg-service.ts';
import { filled } from './readable.ts';

const kind = 'PostgreSQL database';

export const postgres: PlacesOf = (input, context) => {
  const beside = `/${said(input, 'database') ?? ''}`;
  const name = said(input, 'service') ?? filled(context.env.PGSERVICE);
  const service = name === undefined ? new Map<string, string>() : pgService(name, context);
  if (service !== undefined) return servers(input, context, service, beside);
  const host = said(input, 'host');
  if (host === undefined) return [elsewhere(kind, `service ${name}${beside}`)];
  return listed(host).map((one) => place(one, said(input, 'port'), beside));
};

function servers(
  input: JsonObject,
  { env }: PlaceContext,
  service: ReadonlyMap<string, string>,
  beside: string,
): readonly AdapterPlace[] {
  const value = (name: string) => said(input, name) ?? service.get(name) ?? env[`PG${name.toUpperCase()}`] ?? '';
  const [hosts, addresses, ports] = ['host', 'hostaddr', 'port'].map((name) => listed(value(name)));
  return Array.from({ length: Math.max(hosts?.length ?? 0, addresses?.length ?? 0) }, (_, index) => {
    const port = filled(ports?.length === 1 ? ports[0] : ports?.[index]) ?? '5432';
    // It goes to the address; but whoever gives both says that the name is that server's.
    const both = [hosts?.[index] ?? '', addresses?.[index] ?? ''].filter((each) => each !== '');
    return (both.length === 0 ? [''] : both).map((one) => place(one, port, beside));
  }).flat();
}

const listed = (value: string): readonly string[] => value.split(',');

/** No host, or the folder of a socket (`@`: an abstract one): the server of this machine at that port. */
const place = (host: string, port: string | undefined, beside: string): AdapterPlace =>
  atHost(kind, /^(?:$|[/@])/.test(host) ? 'localhost' : host, port, beside);
