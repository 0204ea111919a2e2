/** A refused login, told apart: where backout itself has closed the database, no privilege was forgotten. */
import * as z from 'zod/mini';
import { parseAnswer } from './database-state.ts';
import type { Client } from './login.ts';
import { accessMarkerIn } from './note.ts';
import { inMaintenance } from './psql.ts';
import { identifier, literal } from './quote.ts';
import type { Trouble } from './trouble.ts';

const standing = z.strictObject({ user: z.string(), comment: z.nullable(z.string()) });

/** The same trouble, unless the marker of a closed access stands. */
export async function refusedBecause(client: Client, database: string, trouble: Trouble): Promise<Trouble> {
  if (!/FATAL: +permission denied for database/.test(trouble.said)) return trouble;
  const query = `SELECT json_build_object('user', session_user, 'comment', shobj_description(oid, 'pg_database'))
    FROM pg_database WHERE datname = ${literal(database)};`;
  const answer = await inMaintenance(client, query);
  const found = answer.ok ? parseAnswer(standing, answer.value) : answer;
  if (!found.ok) return trouble;
  const marker = accessMarkerIn(found.value.comment, database);
  if (marker.ok && marker.value === undefined) return trouble;
  const { user } = found.value;
  const now = `GRANT CONNECT ON DATABASE ${identifier(database)} TO ${identifier(user)};`;
  return {
    reason: `${trouble.reason}: backout has closed access to it, and ${user} is not let in`,
    remedy: `Name ${user} in \`except\` of the step that closes it (postgres/access). For this run: ${now} then try again; opening takes it back.`,
    said: trouble.said,
  };
}
