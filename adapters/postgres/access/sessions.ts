/** The sessions of those who may not log in any more. */
import { setTimeout } from 'node:timers/promises';
import * as z from 'zod/mini';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { parseAnswer } from '../server/database-state.ts';
import type { Client } from '../server/login.ts';
import { inMaintenance } from '../server/psql.ts';
import { literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';

const lookMs = 150;
const told = z.strictObject({ pids: z.array(z.int()), who: z.array(z.string()) });

/** A session that shows no kind is one that this role may not look at: a client's, for all that is known. */
const theirs = (database: string): string =>
  `datname = ${literal(database)} AND pid <> pg_backend_pid() AND coalesce(backend_type, 'client backend') = 'client backend'`;
const said = `usename || coalesce(' from ' || host(client_addr), '') || coalesce(' (' || nullif(application_name, '') || ')', '')`;

const endThem = (database: string): string => `
SELECT json_build_object('pids', coalesce(json_agg(pid), '[]'), 'who', coalesce(json_agg(DISTINCT who), '[]'))
FROM (SELECT pid, ${said} AS who, pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE ${theirs(database)} AND NOT has_database_privilege(usesysid, datid, 'CONNECT')) ended`;

/** Ends them again and again until none is left; resolves with how many there were. */
export async function endSessions(
  client: Client,
  database: string,
  withinMs: number,
): Promise<Result<number, Trouble>> {
  const deadline = performance.now() + withinMs;
  const seen = new Set<number>();
  for (;;) {
    const answer = await inMaintenance(client, `${endThem(database)};`);
    const left = answer.ok ? parseAnswer(told, answer.value) : answer;
    if (!left.ok) return left;
    for (const pid of left.value.pids) seen.add(pid);
    if (left.value.pids.length === 0) return ok(seen.size);
    if (performance.now() > deadline) return err(stillThere(database, left.value.who, withinMs));
    await setTimeout(lookMs, undefined, { signal: client.signal });
  }
}

function stillThere(database: string, who: readonly string[], withinMs: number): Trouble {
  const reason = `sessions in ${database} did not end within ${formatDuration(withinMs)}: ${who.join(', ')}`;
  return { reason, remedy: 'Stop what they belong to, or allow more time with `within`.', said: '' };
}

/** Who is in it all the same: superusers, and whoever is excepted. */
export async function remainingSessions(client: Client, database: string): Promise<Result<readonly string[], Trouble>> {
  const query = `SELECT coalesce(json_agg(DISTINCT ${said}), '[]') FROM pg_stat_activity WHERE ${theirs(database)};`;
  const answer = await inMaintenance(client, query);
  return answer.ok ? parseAnswer(z.array(z.string()), answer.value) : answer;
}
