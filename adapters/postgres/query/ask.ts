/**
 * One question to a database that can change nothing by mistake: sent as a whole to the server, which is told that
 * its transactions are read-only and how long they may take.
 */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Rows } from '../../support/query-expect.ts';
import type { Client } from '../server/login.ts';
import { call, psqlCommand } from '../server/psql.ts';
import type { Trouble } from '../server/trouble.ts';

/** Rows end with NUL, which no value holds; columns with a character that hardly any does. */
const separator = '\x1f';
const nullText = '\x1eNULL';
const format = ['-0', '-F', separator, '-P', `null=${nullText}`] as const;
const graceMs = 5_000;

export interface Question {
  readonly database: string;
  readonly query: string;
  readonly timeoutMs: number;
}

export async function askReadOnly(
  client: Client,
  { database, query, timeoutMs }: Question,
): Promise<Result<Rows, Trouble>> {
  const { PGOPTIONS = '' } = client.env;
  const limits = `-c default_transaction_read_only=on -c statement_timeout=${timeoutMs}`;
  const limit = AbortSignal.timeout(timeoutMs + graceMs);
  const signal = client.signal === undefined ? limit : AbortSignal.any([client.signal, limit]);
  const asking: Client = { ...client, env: { ...client.env, PGOPTIONS: `${PGOPTIONS} ${limits}`.trim() }, signal };
  const answer = await call(asking, 'psql', psqlCommand(database, asking, query, format));
  if (answer.ok) return ok(answerIn(answer.value));
  if (!limit.aborted || client.signal?.aborted === true) return answer;
  return err({ ...answer.error, reason: `no answer within ${timeoutMs + graceMs} ms` });
}

export function answerIn(printed: string): Rows {
  const rows = printed.split('\0').slice(0, -1);
  return rows.map((row) => row.split(separator).map((value) => (value === nullText ? null : value)));
}
