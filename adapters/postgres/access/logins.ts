/** Who can log in to a database, as the server's catalog says. */
import * as z from 'zod/mini';
import type { Result } from '../../../src/kernel/result.ts';
import { parseAnswer } from '../server/database-state.ts';
import type { Client } from '../server/login.ts';
import { inMaintenance } from '../server/psql.ts';
import { literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';

const names = z.array(z.string());
const logins = z.strictObject({
  /** The role of this login, which is let in while it is closed: the restore and the checks use it too. */
  self: z.strictObject({ name: z.string(), superuser: z.boolean(), in: z.boolean() }),
  superusers: names,
  /** Neither superusers, nor (members of) an excepted role, nor this login. */
  ordinary: names,
  /** Those of them who are not the owner, nor may act as the owner: if there are none, it may have been closed by hand. */
  users: names,
  /** Roles that inherit what this login may, and so would be let in with it. */
  heirs: names,
});
export type Logins = z.infer<typeof logins>;

const list = (all: readonly string[]): string => `ARRAY[${all.map(literal).join(', ')}]::name[]`;
const sorted = (which: string): string => `coalesce(json_agg(rolname ORDER BY rolname) FILTER (WHERE ${which}), '[]')`;
const ordinary = 'NOT rolsuper AND NOT excepted AND rolname <> session_user';

const loginsQuery = (database: string, except: readonly string[]): string => `
SELECT json_build_object('superusers', ${sorted('able AND rolsuper')}, 'ordinary', ${sorted(`able AND ${ordinary}`)},
  'users', ${sorted(`able AND ${ordinary} AND NOT owning`)},
  'heirs', ${sorted(`${ordinary} AND pg_has_role(oid, session_user, 'USAGE')`)},
  'self', json_build_object('name', session_user, 'superuser', coalesce(bool_or(rolname = session_user AND rolsuper), false),
    'in', coalesce(bool_or(rolname = session_user AND able), false)))
FROM (SELECT r.oid, r.rolname, r.rolsuper,
    d.datallowconn AND (r.rolsuper OR (d.datconnlimit <> 0 AND has_database_privilege(r.oid, d.oid, 'CONNECT'))) AS able,
    pg_has_role(r.oid, d.datdba, 'MEMBER') AS owning,
    EXISTS (SELECT FROM pg_roles e WHERE e.rolname = ANY (${list(except)}) AND pg_has_role(r.oid, e.oid, 'MEMBER')) AS excepted
  FROM pg_roles r, pg_database d WHERE d.datname = ${literal(database)} AND r.rolcanlogin) role`;

export async function loginsTo(
  client: Client,
  database: string,
  except: readonly string[],
): Promise<Result<Logins, Trouble>> {
  const answer = await inMaintenance(client, `${loginsQuery(database, except)};`);
  return answer.ok ? parseAnswer(logins, answer.value) : answer;
}

/** The roles to let in while it is closed: a superuser needs no privilege. */
export const letInBy = ({ self }: Logins, except: readonly string[] = []): readonly string[] =>
  self.superuser || except.includes(self.name) ? except : [...except, self.name];

/** `admin, boss (this login), postgres (superuser)` */
export function mayLogIn({ self, superusers }: Logins, except: readonly string[] = []): string {
  const own = self.superuser || except.includes(self.name) ? [] : [`${self.name} (this login)`];
  return [...except, ...own, ...superusers.map((role) => `${role} (superuser)`)].join(', ');
}
