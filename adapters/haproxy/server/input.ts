import { isAbsolute, resolve } from 'node:path';
import * as z from 'zod/mini';
import { access } from '../../support/access.ts';
import { duration, optionalText, text } from '../../support/fields.ts';

const name = z.string().check(z.regex(/^[A-Za-z0-9_.:-]+$/, 'not a name that HAProxy takes: letters, digits, _ . : -'));
const tcp = /^(?:\[([^\]]+)\]|([^:/\s]+)):(\d{1,5})$/;

export const input = z
  .strictObject({
    access: access(
      'drains the servers, waits until their sessions have ended, then sets them to maint.',
      'puts every server back as it was found, and waits until it is up.',
    ),
    socket: text(
      'The runtime socket: a path, or host:port. It needs `level admin`: stats socket /run/haproxy/admin.sock mode 660 level admin.',
    ),
    backend: name.check(z.describe('The backend, as the configuration names it.')),
    server: z.optional(
      z
        .pipe(
          z.union([name, z.array(name).check(z.minLength(1))]),
          z.transform((value): readonly string[] => (typeof value === 'string' ? [value] : value)),
        )
        .check(z.describe('The server, or a list of servers. Either this or `servers: all`.')),
    ),
    servers: z.optional(z.literal('all').check(z.describe('all: every server of the backend.'))),
    drainTimeout: z._default(
      duration('How long sessions may go on before their servers are set to maint. Default: 1m. 0s: at once.'),
      60_000,
    ),
    afterDrain: z._default(
      z
        .enum(['end', 'keep'])
        .check(z.describe('What becomes of sessions that are left after `drainTimeout`: end (default) or keep.')),
      'end',
    ),
    within: z._default(
      duration(
        'How long a server that is opened again may take until its health check says that it is up. Default: 30s.',
      ),
      30_000,
    ),
    marker: optionalText(
      'Where it is kept what was found, until it is opened again: a path, to which `.SERVER@BACKEND` is added. Default: the path of the socket and `.backout`. Needed where the socket is host:port.',
    ),
    previous: z.optional(
      z
        .enum(['ready', 'drain', 'maint'])
        .check(z.describe('What open means for servers that are all found closed, without a marker that says it.')),
    ),
  })
  .check(
    z.refine(
      (asked) => (asked.server === undefined) !== (asked.servers === undefined),
      'give `server` or `servers: all`',
    ),
    z.refine(
      (asked) => asked.marker !== undefined || !tcp.test(asked.socket),
      'give `marker`, a path on this machine: the socket is host:port, so there is no place beside it',
    ),
  );
export type Input = z.infer<typeof input>;

/** What `net.connect` takes. */
export function addressOf(asked: Input, folder: string): { path: string } | { host: string; port: number } {
  const [, bracketed, host = bracketed, port] = tcp.exec(asked.socket) ?? [];
  if (host !== undefined) return { host, port: Number(port) };
  return { path: isAbsolute(asked.socket) ? asked.socket : resolve(folder, asked.socket) };
}

export function markerPath(asked: Input, server: string, folder: string): string {
  return `${resolve(folder, asked.marker ?? `${asked.socket}.backout`)}.${server}@${asked.backend}`;
}

/** `server shop/web1`, `servers shop/web1, shop/web2`, `all servers of shop`. */
export function named(asked: Input): string {
  if (asked.server === undefined) return `all servers of ${asked.backend}`;
  return `server${asked.server.length === 1 ? '' : 's'} ${asked.server.map((one) => `${asked.backend}/${one}`).join(', ')}`;
}
