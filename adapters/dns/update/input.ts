/** The input of `dns/update`. It is read twice (by the engine and by the worker), so it stays what it is when parsed. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { parseDuration } from '../../../src/kernel/duration.ts';
import { optionalText, text, texts, wholeNumber } from '../../support/fields.ts';
import { canonical, fullName, isName, type RecordSet, types } from './records.ts';

const notAServer = 'write a name server as host, host:port or [address]:port';

const server = (description: string) =>
  text(description).check(z.refine((value) => placeOf(value) !== undefined, notAServer));
const zoneName = (description: string) => text(description).check(z.refine(isName, 'not a name in the DNS'));

const key = z
  .strictObject({
    name: zoneName('The name of the key, as the server knows it.'),
    algorithm: z.optional(
      z
        .enum(['hmac-sha256', 'hmac-sha384', 'hmac-sha512', 'hmac-sha224', 'hmac-sha1', 'hmac-md5'])
        .check(z.describe('Its algorithm. Default: hmac-sha256.')),
    ),
    secret: z
      .string()
      .check(
        z.regex(/^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'write the secret in base64'),
        z.describe('The shared secret, in base64. A secret.'),
      ),
  })
  .check(z.describe('The TSIG key that signs the update.'));

export const input = z
  .strictObject({
    server: server('The primary name server of the zone: host, host:port or [address]:port.'),
    zone: zoneName('The zone, e.g. example.com.'),
    name: text('The whole name whose records are set, e.g. www.example.com; `@` is the zone itself.').check(
      z.refine((value) => value === '@' || isName(value), 'not a name in the DNS'),
    ),
    type: z.enum(types).check(z.describe('The type of the records.')),
    values: z.optional(
      texts(
        'The records that there shall be, all of them: addresses, whole names, `10 mail.example.com` (MX), `0 5 443 www.example.com` (SRV), plain text (TXT).',
      ),
    ),
    ttl: z.optional(wholeNumber('Time to live in seconds. Default: as it is now, or 300.', 0, 2_147_483_647)),
    records: z.optional(
      z
        .enum(['previous', 'none'])
        .check(
          z.describe(
            'Instead of `values`. previous: put back what was found before the first change, and forget it. none: there shall be no records of this name and type.',
          ),
        ),
    ),
    key,
    servers: z.optional(
      z
        .array(server('A name server: host, host:port or [address]:port.'))
        .check(
          z.describe(
            'The name servers that must answer so, beside the primary. Default: all that the zone names (NS); []: none.',
          ),
        ),
    ),
    within: z.optional(
      z.string().check(
        z.refine((value) => parseDuration(value) !== undefined, 'write a duration with its unit: 10s, 5m, 1h30m'),
        z.describe('How long the name servers may take to answer so. Default: 2m.'),
      ),
    ),
    marker: optionalText(
      "The file that keeps the records as they were before the first change. Default: `.backout-dns/NAME.TYPE` in the playbook's folder; name one that outlives a checkout.",
    ),
  })
  .check(
    z.refine((asked) => (asked.values === undefined) !== (asked.records === undefined), 'give `values` or `records`'),
    z.refine(
      ({ name, zone }) =>
        name === '@' || fullName(name).endsWith(`.${fullName(zone)}`) || fullName(name) === fullName(zone),
      'the name is not in the zone: write it whole, e.g. www.example.com',
    ),
    z.refine(
      ({ type, values = [] }) => values.every((value) => canonical(type, value) !== undefined),
      'a value is not of this type',
    ),
    z.refine(({ type, values = [] }) => type !== 'CNAME' || values.length <= 1, 'a name has one CNAME only'),
    z.refine(
      ({ type, name, zone }) => type !== 'NS' || (name !== '@' && fullName(name) !== fullName(zone)),
      'the name servers of the zone itself are not changed this way',
    ),
    z.refine((asked) => asked.ttl === undefined || asked.values !== undefined, '`ttl` belongs to `values`'),
  );
export type Input = z.infer<typeof input>;

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Undefined: it is no address of a name server. */
export function placeOf(written: string): Place | undefined {
  if (isIP(written) === 6) return { host: written, port: 53 };
  const [, bracketed, plain, digits = '53'] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::(\d{1,5}))?$/.exec(written) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const known = bracketed === undefined ? isName(host) : isIP(host) === 6;
  return known && port > 0 && port <= 65_535 ? { host, port } : undefined;
}

export const placeWords = ({ host, port }: Place): string => {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === 53 ? name : `${name}:${port}`;
};

/** What an update is about, in the servers' terms. */
export interface Target {
  /** With its dot at the end; so is `name`. */
  readonly zone: string;
  readonly name: string;
  readonly type: Input['type'];
  readonly primary: Place;
}

export function targetOf({ server: at, zone, name, type }: Input): Target {
  const primary = placeOf(at) ?? { host: at, port: 53 };
  return { zone: fullName(zone), name: name === '@' ? fullName(zone) : fullName(name), type, primary };
}

/** `A www.example.com in zone example.com`. */
export const targetWords = ({ type, name, zone }: Target): string =>
  `${type} ${name.slice(0, -1)} in zone ${zone.slice(0, -1)}`;

/** The records that `values` or `records: none` ask for, where it is `now` so. */
export function wantedBy({ type, values = [], ttl }: Input, now: RecordSet): RecordSet {
  const canonicals = values.map((value) => canonical(type, value) ?? value);
  return {
    values: [...new Set(canonicals)].sort(),
    ttl: values.length === 0 ? null : (ttl ?? now.ttl ?? 300),
  };
}

export function markerOf(asked: Input, folder: string): string {
  const { name, type } = targetOf(asked);
  return resolve(folder, asked.marker ?? `.backout-dns/${name.slice(0, -1)}.${type}`);
}

export const withinMs = ({ within }: Input): number => parseDuration(within ?? '2m') ?? 120_000;
