/** The addresses that names stand for, so that two names of one machine are one machine. */
import { lookup } from 'node:dns/promises';
import { isIP, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Whatever this machine calls itself. */
const thisMachine = 'this machine';
const waitMs = 5_000;

export type LookUp = (name: string) => Promise<readonly string[]>;

/** By name; a name is missing where no address was found, or not in time. All are looked up side by side. */
export async function addressesOf(
  names: Iterable<string>,
  lookUp: LookUp = inSystem,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const own = ownAddresses();
  const found = new Map<string, ReadonlySet<string>>();
  const { promise: isLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, waitMs);
  const all = [...new Set(names)].map(async (name) => {
    const addresses = await lookedUp(name, lookUp);
    if (addresses.length > 0) found.set(name, new Set(addresses.map((address) => sameForm(address, own))));
  });
  await Promise.race([Promise.all(all), isLate]);
  clearTimeout(timer);
  // What comes later must not change what was judged.
  return new Map(found);
}

async function lookedUp(name: string, lookUp: LookUp): Promise<readonly string[]> {
  if (name === 'localhost' || isIP(name) !== 0) return [name];
  try {
    return await lookUp(name);
  } catch {
    return [];
  }
}

/** As the programs of the steps do: /etc/hosts counts, and so do 127.1 and 0x7f000001. */
const inSystem: LookUp = async (name) => (await lookup(name, { all: true })).map(({ address }) => address);

const ownAddresses = (): ReadonlySet<string> =>
  new Set(Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => plain(address))));

function sameForm(address: string, own: ReadonlySet<string>): string {
  const form = plain(address);
  const isLoopback = form === 'localhost' || form === '::1' || form === '::' || /^(?:127\.|0\.0\.0\.0$)/.test(form);
  return isLoopback || own.has(form) ? thisMachine : form;
}

/** IPv6 in its shortest form without a zone; an IPv4 address inside it as that. */
function plain(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const short = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  const bytes = mapped.slice(1).flatMap((part) => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255]);
  const v4 = bytes.join('.');
  return isIPv4(v4) ? v4 : short;
}
