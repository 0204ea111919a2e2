/** All that belongs to a database as a whole, and would be lost by putting another one in its place. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { reasonOf } from '../../support/reason.ts';
import type { Client } from './login.ts';
import { inMaintenance } from './psql.ts';
import { literal } from './quote.ts';
import type { Trouble } from './trouble.ts';

export const grant = z.strictObject({
  /** Null: everybody (PUBLIC). */
  grantee: z.nullable(z.string()),
  grantor: z.string(),
  privilege: z.enum(['CONNECT', 'CREATE', 'TEMPORARY']),
  grantable: z.boolean(),
});
export type Grant = z.infer<typeof grant>;

const state = z.strictObject({
  oid: z.string(),
  owner: z.string(),
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  /** c: libc, i: ICU, b: built in. Null: a server that knows libc only. */
  provider: z.nullable(z.string()),
  locale: z.nullable(z.string()),
  tablespace: z.string(),
  template: z.boolean(),
  allowConnections: z.boolean(),
  connectionLimit: z.int(),
  comment: z.nullable(z.string()),
  grants: z.array(grant),
  settings: z.array(z.strictObject({ role: z.nullable(z.string()), values: z.array(z.string()) })),
});
export type DatabaseState = z.infer<typeof state>;

/** `as it is` as the server wrote it, to find out later whether it is still so. */
export interface Seen {
  readonly state: DatabaseState;
  readonly asItIs: string;
}

export const grantsOf = (database: string): string => `
  SELECT coalesce(json_agg(json_build_object('grantee', CASE WHEN a.grantee = 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END,
      'grantor', pg_get_userbyid(a.grantor), 'privilege', a.privilege_type, 'grantable', a.is_grantable)
      ORDER BY a.grantee, a.grantor, a.privilege_type), '[]')
  FROM ${database} g, aclexplode(coalesce(g.datacl, acldefault('d', g.datdba))) a WHERE g.oid = d.oid`;

/** A query of one text; no row where there is no such database. Columns of newer servers are read as JSON. */
export const stateQuery = (database: string): string => `
SELECT json_build_object('oid', d.oid::text, 'owner', pg_get_userbyid(d.datdba), 'encoding', pg_encoding_to_char(d.encoding),
  'collate', d.datcollate, 'ctype', d.datctype, 'provider', to_jsonb(d) ->> 'datlocprovider',
  'locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
  'tablespace', (SELECT spcname FROM pg_tablespace t WHERE t.oid = d.dattablespace), 'template', d.datistemplate,
  'allowConnections', d.datallowconn, 'connectionLimit', d.datconnlimit, 'comment', shobj_description(d.oid, 'pg_database'),
  'grants', (${grantsOf('pg_database')}),
  'settings', (SELECT coalesce(json_agg(json_build_object('role', r.rolname, 'values', s.setconfig) ORDER BY s.setrole), '[]')
    FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole WHERE s.setdatabase = d.oid))::text
FROM pg_database d WHERE d.datname = ${literal(database)}`;

/** Undefined: there is none of that name. */
export async function lookAt(client: Client, database: string): Promise<Result<Seen | undefined, Trouble>> {
  const answer = await inMaintenance(client, `${stateQuery(database)};`);
  if (!answer.ok) return answer;
  if (answer.value === '') return ok(undefined);
  const parsed = parseAnswer(state, answer.value);
  return parsed.ok ? ok({ state: parsed.value, asItIs: answer.value }) : parsed;
}

/** Ends a transaction whose ground has moved since it was planned. */
export function unchanged(database: string, { asItIs }: Seen): string {
  return `DO ${literal(`BEGIN IF (${stateQuery(database)}) IS DISTINCT FROM ${literal(asItIs)} THEN
    RAISE EXCEPTION 'the database was changed by somebody else at this moment'; END IF; END`)}`;
}

export function parseAnswer<T>(schema: z.ZodMiniType<T>, answer: string): Result<T, Trouble> {
  try {
    return ok(z.parse(schema, JSON.parse(answer)));
  } catch (error) {
    const reason = `the server's answer is not what was asked for: ${reasonOf(error)}`;
    return err({ reason, remedy: 'Say which server this is: it answers as none that is known.', said: answer });
  }
}
