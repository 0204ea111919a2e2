/**
 * One query that can only read: one statement (it is prepared, so nothing can follow it), in a session whose
 * transactions are read-only, ended by the server itself when it takes too long.
 */
import type { Result } from '../../src/kernel/result.ts';
import type { Rows } from '../support/query-expect.ts';
import { ask, type SqlTrouble } from './client.ts';
import type { Login } from './login.ts';
import { value } from './sql-text.ts';

export interface Query {
  readonly login: Login;
  readonly schema?: string;
  readonly query: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export const runQuery = (asked: Query): Promise<Result<Rows, SqlTrouble>> => prepared(asked, 'EXECUTE backout;');

/** Grammar, names and rights are looked at; nothing is read. */
export const checkQuery = (asked: Query): Promise<Result<Rows, SqlTrouble>> => prepared(asked, '');

function prepared({ login, schema, query, timeoutMs, signal }: Query, then: string) {
  const sql = `SET SESSION max_statement_time = ${timeoutMs / 1_000}; SET SESSION TRANSACTION READ ONLY;
SET @backout = ${value(query)}; PREPARE backout FROM @backout; ${then}`;
  return ask({ login, sql, signal, ...(schema === undefined ? {} : { schema }) });
}
