/** Read-only: has the server what the dump needs, and may this login put it there? Shared by preflight and work. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { tooLittleSpace } from '../../support/space.ts';
import { type DatabaseState, lookAt, parseAnswer, type Seen } from '../server/database-state.ts';
import { type Client, maintenanceOf, serverOf } from '../server/login.ts';
import { call, inMaintenance } from '../server/psql.ts';
import { literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';
import type { Dump, Obstacle } from './examine.ts';
import type { Order } from './input.ts';

/** DROP DATABASE … WITH (FORCE) is of 13. */
const oldest = 130_000;

const facts = z.strictObject({
  version: z.int(),
  versionText: z.string(),
  user: z.string(),
  super: z.boolean(),
  createdb: z.boolean(),
  ownsTarget: z.boolean(),
  extensions: z.array(z.string()),
  roles: z.array(z.string()),
  tablespaces: z.array(z.string()),
  /** Where the target's data lie on the server; null: not to be known. */
  folder: z.nullable(z.string()),
});
export type ServerFacts = z.infer<typeof facts>;

const list = (names: readonly string[]): string => `ARRAY[${names.map(literal).join(', ')}]::text[]`;
const among = (column: string, table: string, names: readonly string[]): string =>
  `(SELECT coalesce(json_agg(DISTINCT ${column}), '[]') FROM ${table} WHERE ${column}::text = ANY (${list(names)}))`;

const factsQuery = (database: string, { facts: needed }: Dump): string => `
SELECT json_build_object('version', current_setting('server_version_num')::int, 'versionText', current_setting('server_version'),
  'user', session_user, 'super', r.rolsuper, 'createdb', r.rolsuper OR r.rolcreatedb,
  'ownsTarget', r.rolsuper OR coalesce((SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = ${literal(database)}), true),
  'extensions', ${among('name', 'pg_available_extensions', needed.extensions)},
  'roles', ${among('rolname', 'pg_roles', needed.roles)},
  'tablespaces', ${among('spcname', 'pg_tablespace', needed.tablespaces)},
  'folder', CASE WHEN r.rolsuper THEN coalesce((SELECT nullif(pg_tablespace_location(dattablespace), '') FROM pg_database
    WHERE datname = ${literal(database)}), current_setting('data_directory')) END)
FROM pg_roles r WHERE r.rolname = session_user;`;

export interface Ground {
  readonly facts: ServerFacts;
  /** Undefined: there is no such database yet. */
  readonly target: Seen | undefined;
}

export async function examineServer(order: Order, client: Client, dump: Dump): Promise<Result<Ground, Obstacle>> {
  const where = `${order.database} on ${serverOf(client.login)}`;
  const said = ({ reason, remedy }: Trouble) => err<Obstacle>({ reason: `${where}: ${reason}`, remedy });
  if (maintenanceOf(client) === order.database)
    return err({
      reason: `${order.database} is the database that backout itself logs in to`,
      remedy: 'Name another one as `maintenance`.',
    });
  const asked = inMaintenance(client, factsQuery(order.database, dump));
  const [answer, target, statistics] = await Promise.all([
    asked,
    lookAt(client, order.database),
    order.analyze ? call(client, 'vacuumdb', ['--version']) : ok(''),
  ]);
  if (!statistics.ok) return said(statistics.error);
  const found = answer.ok ? parseAnswer(facts, answer.value) : answer;
  if (!found.ok) return said(found.error);
  if (!target.ok) return said(target.error);
  const ground: Ground = { facts: found.value, target: target.value };
  const obstacle =
    rightsFault(order, ground) ??
    needsFault(order, dump, found.value) ??
    encodingFault(dump, target.value?.state) ??
    (await roomFault(client, dump, found.value));
  return obstacle === null ? ok(ground) : err(obstacle);
}

function rightsFault({ database }: Order, { facts: has }: Ground): Obstacle | null {
  if (has.version < oldest)
    return {
      reason: `The server is PostgreSQL ${has.versionText}; 13 is the oldest that is supported`,
      remedy: 'Restore by hand, or upgrade the server.',
    };
  if (!has.createdb)
    return {
      reason: `The role ${has.user} may not create databases`,
      remedy: `ALTER ROLE ${has.user} CREATEDB, or log in as a superuser.`,
    };
  if (!has.ownsTarget)
    return {
      reason: `The role ${has.user} does not own ${database}, so it may not rename it`,
      remedy: 'Log in as its owner or as a superuser.',
    };
  return null;
}

const major = (version: string): number => Number.parseInt(version, 10);

function needsFault({ ownership }: Order, { path, facts: needed }: Dump, has: ServerFacts): Obstacle | null {
  const { serverVersion } = needed;
  if (serverVersion !== null && major(serverVersion) > Math.floor(has.version / 10_000))
    return {
      reason: `Dump ${path} is of PostgreSQL ${serverVersion}, newer than the server (${has.versionText})`,
      remedy: 'Restore it to a server of that version or a newer one.',
    };
  const absent = (wanted: readonly string[], there: readonly string[]) =>
    wanted.filter((name) => !there.includes(name));
  const extensions = absent(needed.extensions, has.extensions);
  if (extensions.length > 0)
    return {
      reason: `The server lacks extensions that the dump needs: ${extensions.join(', ')}`,
      remedy: 'Install them on the server (postgresql-contrib, or their own packages).',
    };
  const roles = ownership === 'skip' ? [] : absent(needed.roles, has.roles);
  if (roles.length > 0)
    return {
      reason: `The server lacks roles that the dump needs: ${roles.join(', ')}`,
      remedy: 'CREATE ROLE each of them, or set `ownership: skip`.',
    };
  const tablespaces = absent(needed.tablespaces, has.tablespaces);
  if (tablespaces.length === 0) return null;
  return {
    reason: `The server lacks tablespaces that the dump needs: ${tablespaces.join(', ')}`,
    remedy: 'CREATE TABLESPACE each of them.',
  };
}

/** Only what cannot be converted: everything goes into UTF8. */
function encodingFault({ path, facts: { encoding } }: Dump, target: DatabaseState | undefined): Obstacle | null {
  if (encoding === null || target === undefined || target.encoding === 'UTF8' || target.encoding === encoding)
    return null;
  if (target.encoding === 'SQL_ASCII') return null;
  return {
    reason: `Dump ${path} is in ${encoding}, the database in ${target.encoding}, which cannot hold all of it`,
    remedy: 'Make the dump with pg_dump --encoding, or restore to a database of that encoding.',
  };
}

/** Where the server runs on this machine. Rows take at least the room that they take as text. */
async function roomFault(
  { login }: Client,
  { sqlBytes, bytes }: Dump,
  { folder }: ServerFacts,
): Promise<Obstacle | null> {
  const { host } = login;
  const here = host === undefined || host.startsWith('/') || /^(?:localhost|127\.|::1)/.test(host);
  if (!here || folder === null) return null;
  const full = await tooLittleSpace(folder, sqlBytes ?? bytes).catch(() => undefined);
  return full === undefined
    ? null
    : { reason: full, remedy: 'Make room there: the old database and the new one must both fit.' };
}
