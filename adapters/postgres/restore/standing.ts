/** Which databases of a restore stand on the server: this attempt's, and what others have left. Read-only. */
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { parseAnswer } from '../server/database-state.ts';
import type { Client } from '../server/login.ts';
import { restoredNote, type Staging, stagingIn } from '../server/note.ts';
import { inMaintenance, psql } from '../server/psql.ts';
import type { Trouble } from '../server/trouble.ts';
import { type Names, namesFor } from './names.ts';

export interface Standing {
  readonly names: Names;
  readonly target: boolean;
  /** Undefined: this attempt has staged nothing. Null: a database of that name without backout's note. */
  readonly fresh: Staging | null | undefined;
  readonly old: boolean;
  /** This attempt has put the new one in its place. */
  readonly swapped: boolean;
  /** Staged for the same database by other attempts. */
  readonly others: readonly Leftover[];
}

export interface Leftover {
  readonly name: string;
  readonly staging: Staging;
}

const databases = z.array(z.strictObject({ name: z.string(), comment: z.nullable(z.string()) }));
const query = `SELECT coalesce(json_agg(json_build_object('name', datname, 'comment', shobj_description(oid, 'pg_database')) ORDER BY oid), '[]')
FROM pg_database;`;

export async function standingOf(client: Client, database: string, key: string): Promise<Result<Standing, Trouble>> {
  const answer = await inMaintenance(client, query);
  const all = answer.ok ? parseAnswer(databases, answer.value) : answer;
  if (!all.ok) return all;
  const names = namesFor(database, key);
  const named = (name: string) => all.value.find((one) => one.name === name);
  const staged = all.value.flatMap(({ name, comment }) => {
    const staging = stagingIn(comment);
    return staging?.target === database ? [{ name, staging }] : [];
  });
  const found = named(names.fresh);
  const fresh = found === undefined ? undefined : (stagingIn(found.comment) ?? null);
  const target = named(database);
  const old = named(names.old) !== undefined;
  const swapped = target !== undefined && fresh === undefined && (old || target.comment === restoredNote(key));
  const others = staged.filter(({ name }) => name !== names.fresh);
  return ok({ names, target: target !== undefined, fresh, old, swapped, others });
}

/** A process that died between the making of a database and its note has left an empty one. */
export async function isEmpty(client: Client, database: string): Promise<boolean> {
  const answer = await psql(client, database, 'SELECT NOT EXISTS (SELECT FROM pg_class WHERE oid >= 16384);');
  return answer.ok && answer.value === 't';
}
