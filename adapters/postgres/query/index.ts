/** `postgres/query`: a check. A value that is not good is class `check`; no value (no login, no such table) is `error`. */
import * as z from 'zod/mini';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../../src/ports/adapter.ts';
import { done, failed, notReady, ready, unanswered } from '../../support/answers.ts';
import { duration, text } from '../../support/fields.ts';
import { faultsOfRows, queryExpect } from '../../support/query-expect.ts';
import { type Client, databaseName, loginFields, serverOf } from '../server/login.ts';
import type { Trouble } from '../server/trouble.ts';

const input = z.strictObject({
  database: databaseName('The database to ask.'),
  query: text('The query, in SQL. Nothing can be changed by it: its transaction is read-only.').check(
    z.refine((query) => !query.trimStart().startsWith('\\'), 'write SQL: a command of psql is none'),
    z.refine((query) => !query.includes('\0'), 'NUL cannot stand in a query'),
  ),
  expect: queryExpect,
  timeout: z._default(duration('How long it may take. Default: 30s.'), 30_000),
  ...loginFields,
});
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'postgres/query',
  summary: 'Asks a PostgreSQL database and judges the answer: a health check.',
  tested: 'Tested on PostgreSQL 15.',
  input,
  secretFields: ['password'],
  outputs: { value: 'The first column of the first row, empty where there is none.', rows: 'How many rows it gave.' },
  needs: ['psql'],
  repeatable: true,
  readOnly: true,
  defaultTimeoutMs: 60_000,
  describe: ({ query, database, expect, ...asked }) => [
    `ask the database ${database} on ${serverOf(asked)}, read-only: ${query.replaceAll(/\s+/g, ' ').trim()}`,
    `good: ${JSON.stringify(expect)}`,
  ],
  preflight,
  perform,
});

const clientFor = (asked: Input, { env, signal }: AdapterContext): Client => ({ login: asked, env, signal });

/** It logs in and asks nothing: the tables may be there only after the restore. */
async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { psql } = await import('../server/psql.ts');
  const { database } = asked;
  const client = clientFor(asked, context);
  const tried = await psql(client, database, 'SELECT 1;');
  const uncovered = 'the query itself is not asked before its turn';
  if (tried.ok) return ready([`login to ${database} on ${serverOf(asked)} works`], uncovered);
  const { reason, remedy } = await why(client, database, tried.error);
  return notReady(`${database} on ${serverOf(asked)}: ${reason}`, remedy);
}

async function why(client: Client, database: string, trouble: Trouble): Promise<Trouble> {
  const { refusedBecause } = await import('../server/refused.ts');
  return refusedBecause(client, database, trouble);
}

const late = /statement timeout|^no answer within/;

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const { askReadOnly } = await import('./ask.ts');
  const { database, query, timeout, expect } = asked;
  const client = clientFor(asked, context);
  const answer = await askReadOnly(client, { database, query, timeoutMs: timeout });
  if (!answer.ok) {
    const { reason, remedy, said } = await why(client, database, answer.error);
    if (late.test(answer.error.reason)) return unanswered(`${database}: ${reason}. ${remedy}`);
    return failed('error', `${database}: ${reason}. ${remedy}`, said);
  }
  const value = answer.value[0]?.[0] ?? null;
  const faults = faultsOfRows(answer.value, expect);
  if (faults.length > 0) return failed('check', `${database}: ${faults.join('; ')}`);
  return done(`${database}: ${value ?? 'NULL'}`, { value: value ?? '', rows: String(answer.value.length) });
}
