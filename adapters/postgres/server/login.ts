/**
 * How to reach a PostgreSQL server: fields of a playbook, or what libpq finds itself (PGHOST …, ~/.pgpass, services).
 * The password travels in the environment only, never in an argv (P9).
 */
import * as z from 'zod/mini';
import { optionalText, port, text } from '../../support/fields.ts';

export const loginFields = {
  host: optionalText(
    'Host name, address, or folder of the Unix socket. Default: as libpq finds it (PGHOST, a socket).',
  ),
  port: z.optional(port('Port. Default: PGPORT, or 5432.')),
  user: optionalText('Role to log in as. Default: PGUSER, or the name of the login.'),
  password: optionalText('Its password. A secret. Default: PGPASSWORD, or what ~/.pgpass says.'),
  service: optionalText('A connection service of pg_service.conf.'),
  maintenance: optionalText('The database to log in to for work on databases as a whole. Default: postgres.'),
};

/** The name of a database: any, on one line. */
export const databaseName = (description: string) =>
  text(description).check(z.refine((name) => !/\p{Cc}/u.test(name), 'a name holds no control characters'));

export interface Login {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly service?: string | undefined;
  readonly maintenance?: string | undefined;
}

export interface Client {
  readonly login: Login;
  /** The environment that programs are started in, before what the login adds. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

export const maintenanceOf = ({ login }: Client): string => login.maintenance ?? 'postgres';

/** libpq's connection string. The name of the database stands in it quoted: as a plain word it could be another string. */
export function connectionTo(database: string, { service, host, port, user }: Login): string {
  const parts = Object.entries({ service, host, port, user, dbname: database });
  return parts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}='${String(value).replaceAll(/['\\]/g, String.raw`\$&`)}'`)
    .join(' ');
}

/** PGHOST and PGPORT too, although they are in the connection string: Debian's wrappers choose a version by them. */
export function environmentOf({ login, env }: Client): Record<string, string> {
  const given: Record<string, string | undefined> = {
    PGCONNECT_TIMEOUT: '10',
    PGAPPNAME: 'backout',
    ...env,
    PGCLIENTENCODING: 'UTF8',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(login.host === undefined ? {} : { PGHOST: login.host }),
    ...(login.port === undefined ? {} : { PGPORT: String(login.port) }),
    ...(login.password === undefined ? {} : { PGPASSWORD: login.password }),
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** `127.0.0.1:5432`, for messages. */
export function serverOf({ host, port, service }: Login): string {
  if (host === undefined && service !== undefined) return `service ${service}`;
  const at = host ?? 'the default server';
  return port === undefined ? at : `${at}:${port}`;
}
