/**
 * Whether a place of a rehearsal is one of production's, by what it is and not by what it is called. Asks the file system
 * and the name service of this machine; what they cannot tell is compared as it is written, and that is said.
 */
import type { AdapterPlace, PlaceOnDisk, PlaceOnNetwork } from '../../ports/adapter.ts';
import { addressesOf, type LookUp } from './addresses.ts';
import { overlap } from './on-disk.ts';

export interface SamePlaces {
  readonly isSame: (rehearsed: AdapterPlace, real: AdapterPlace) => boolean;
  /** Hosts whose addresses would have mattered and were not found. */
  readonly notFound: readonly string[];
}

type Places = readonly AdapterPlace[];

export async function samePlaces(rehearsed: Places, production: Places, lookUp?: LookUp): Promise<SamePlaces> {
  const asked = new Set(rehearsed.flatMap((one) => production.flatMap((other) => toLookUp(one, other))));
  const addresses = await addressesOf(asked, lookUp);
  const isSame = (one: AdapterPlace, other: AdapterPlace): boolean => {
    if (one.kind === other.kind && one.at === other.at) return true;
    const [file, real] = [fileOf(one), fileOf(other)];
    if (file !== undefined && real !== undefined) return overlap(file, real);
    return inDoubt(one, other).length > 0 && share(addresses, one.server, other.server);
  };
  return { isSame, notFound: [...asked].filter((name) => !addresses.has(name)).sort() };
}

/** A login to this machine ends at its own files; so does a path that an own adapter says in words alone. */
function fileOf({ file, server, isHere, at }: AdapterPlace): PlaceOnDisk | undefined {
  if (file !== undefined) return file;
  const own = server?.host === 'localhost' ? server.path : server === undefined && isHere ? at : undefined;
  return own?.startsWith('/') === true ? { path: own } : undefined;
}

/** The hosts of two servers that only the name of their host tells apart. */
function inDoubt({ server: one }: AdapterPlace, { server: other }: AdapterPlace): readonly string[] {
  if (one === undefined || other === undefined) return [];
  const ports = one.port === undefined || other.port === undefined || one.port === other.port;
  return ports && one.beside === other.beside && meet(one.path, other.path) ? [one.host, other.host] : [];
}

/** What has one name is one machine, whatever its address. */
function toLookUp(one: AdapterPlace, other: AdapterPlace): readonly string[] {
  const [host, real] = inDoubt(one, other);
  return host === undefined || real === undefined || host === real ? [] : [host, real];
}

/** By their names alone: links on another machine are not looked at. */
function meet(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return holds(one, other) || holds(other, one);
}

const holds = (outer: string, inner: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);

function share(
  addresses: ReadonlyMap<string, ReadonlySet<string>>,
  one: PlaceOnNetwork | undefined,
  other: PlaceOnNetwork | undefined,
): boolean {
  if (one === undefined || other === undefined) return false;
  if (one.host === other.host) return true;
  const [a, b] = [addresses.get(one.host), addresses.get(other.host)];
  return a !== undefined && b !== undefined && [...a].some((address) => b.has(address));
}
