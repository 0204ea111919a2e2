/** Whether a login is refused or let in, as far as it can be measured: by the catalog, and by a login of our own. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Client } from '../server/login.ts';
import { inMaintenance, psql } from '../server/psql.ts';
import { literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';
import type { Input } from './input.ts';
import { type Logins, loginsTo } from './logins.ts';

/** Resolves with who can log in all the same. */
export async function proveClosed(
  client: Client,
  { database, except = [] }: Pick<Input, 'database' | 'except'>,
): Promise<Result<Logins, Trouble>> {
  const found = await loginsTo(client, database, except);
  if (!found.ok) return found;
  const { ordinary, self } = found.value;
  if (ordinary.length > 0) return err(stillIn(database, ordinary));
  if (self.in) return found;
  const tried = await psql(client, database, 'SELECT 1;');
  return tried.ok ? err(stillIn(database, [self.name])) : found;
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
