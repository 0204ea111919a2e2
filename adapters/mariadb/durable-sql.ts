/** Writing to the server so that it is on disk when it returns, whatever the server's settings say of commits. */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { ask, type SqlTrouble } from './client.ts';
import type { ServerFacts } from './facts.ts';
import type { Login } from './login.ts';

export async function writeDurably(login: Login, server: ServerFacts, sql: string): Promise<Result<null, SqlTrouble>> {
  const flush = server.durable ? '' : 'FLUSH ENGINE LOGS;';
  const written = await ask({ login, sql: `SET SESSION autocommit = 1; ${sql}; ${flush}` });
  return written.ok ? ok(null) : err(written.error);
}
