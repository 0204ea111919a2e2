/** Whether a login is refused or let in, as far as it can be measured: by the catalog, and by a login of our own. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { parseAnswer } from '../server/database-state.ts';
import type { Client } from '../server/login.ts';
import { inMaintenance, psql } from '../server/psql.ts';
import { literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';

const list = (names: readonly string[]): string => `ARRAY[${names.map(literal).join(', ')}]::name[]`;
const logins = z.strictObject({ ordinary: z.array(z.string()), superusers: z.array(z.string()), self: z.boolean() });

/** `ordinary`: roles that can log in although they are neither superusers nor (members of) an excepted role. */
const loginsQuery = (database: string, except: readonly string[]): string => `
SELECT json_build_object(
  'ordinary', coalesce(json_agg(rolname ORDER BY rolname) FILTER (WHERE NOT rolsuper AND NOT excepted), '[]'),
  'superusers', coalesce(json_agg(rolname ORDER BY rolname) FILTER (WHERE rolsuper), '[]'),
  'self', coalesce(bool_or(rolname = session_user AND (rolsuper OR excepted)), false))
FROM (SELECT r.rolname, r.rolsuper, EXISTS (SELECT FROM pg_roles e WHERE e.rolname = ANY (${list(except)})
    AND pg_has_role(r.oid, e.oid, 'MEMBER')) AS excepted
  FROM pg_roles r, pg_database d WHERE d.datname = ${literal(database)} AND d.datallowconn AND r.rolcanlogin
    AND (r.rolsuper OR (d.datconnlimit <> 0 AND has_database_privilege(r.oid, d.oid, 'CONNECT')))) able`;

/** Resolves with the superusers, whom nothing here keeps out. */
export async function proveClosed(
  client: Client,
  database: string,
  except: readonly string[],
): Promise<Result<readonly string[], Trouble>> {
  const answer = await inMaintenance(client, `${loginsQuery(database, except)};`);
  const found = answer.ok ? parseAnswer(logins, answer.value) : answer;
  if (!found.ok) return found;
  const { ordinary, superusers, self } = found.value;
  if (ordinary.length > 0) return err(stillIn(database, ordinary));
  if (self) return ok(superusers);
  const tried = await psql(client, database, 'SELECT 1;');
  return tried.ok ? err(stillIn(database, [client.login.user ?? 'this role'])) : ok(superusers);
}

const stillIn = (database: string, roles: readonly string[]): Trouble => ({
  reason: `${roles.join(', ')} can still log in to ${database}`,
  remedy: 'Name them in `except` if that is meant; else see which role lets them in.',
  said: '',
});

/** What a closing makes the server say; anything else that keeps us out has kept us out before. */
const refusal = /permission denied for database|not currently accepting connections|too many connections for database/;

/** A login of our own. Resolves with why it could not be tried; null: it was let in. */
export async function proveOpen(client: Client, database: string): Promise<Result<string | null, Trouble>> {
  const may = `SELECT datallowconn AND has_database_privilege(oid, 'CONNECT') FROM pg_database WHERE datname = ${literal(database)};`;
  const allowed = await inMaintenance(client, may);
  if (!allowed.ok) return allowed;
  if (allowed.value !== 't') return ok('this role was never let in');
  const tried = await psql(client, database, 'SELECT 1;');
  if (tried.ok) return ok(null);
  return refusal.test(tried.error.reason) ? tried : ok(tried.error.reason);
}
