/**
 * `writtenSince`: the playbook's own queries, asked before a late backout, that count what was written since the dump
 * was made and a restore would take away. Only who made the tables knows which column tells when a row was written.
 */
import * as z from 'zod/mini';
import type { Result } from '../../src/kernel/result.ts';
import { text } from './fields.ts';
import type { Rows } from './query-expect.ts';

export const writtenSinceField = z.optional(
  z
    .record(z.string().check(z.minLength(1)), text('One SQL query that only reads.'))
    .check(
      z.describe(
        'What a late backout is told that it would lose: by its name (`orders`), a query whose first value says how many were written since the dump was made. `:made` in it is that time, as a value with a time zone: `SELECT count(*) FROM orders WHERE placed_at > :made`. Asked of the database as it stands; it can only read.',
      ),
    ),
);
export type CountedSince = z.infer<typeof writtenSinceField>;

export interface Counting {
  readonly queries: CountedSince;
  readonly madeAt: Date;
  /** The instant as the server takes it in SQL. */
  readonly literal: (at: Date) => string;
  readonly ask: (query: string) => Promise<Result<Rows, { readonly reason: string }>>;
}

/** A sentence; null where the playbook does not say how to count. A query that fails says why in its place. */
export async function countedSince({ queries, madeAt, literal, ask }: Counting): Promise<string | null> {
  const all = Object.entries(queries ?? {});
  if (all.length === 0) return null;
  const counts = await Promise.all(
    all.map(async ([name, query]) => {
      const answer = await ask(withTime(query, literal(madeAt)));
      return answer.ok
        ? `${answer.value[0]?.[0] ?? 'no answer for'} ${name}`
        : `${name}: not known (${answer.error.reason})`;
    }),
  );
  return `written since its dump of ${madeAt.toISOString()}: ${counts.join(', ')}`;
}

/** `::made` would be a cast to a type of that name. */
function withTime(query: string, literal: string): string {
  return query.replaceAll(/(?<![:\w]):made\b/g, () => literal);
}
