/** `mariadb/query`: a check. It asks one query, which can only read, and judges the answer. */
import * as z from 'zod/mini';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../../src/ports/adapter.ts';
import { notReadyBy } from '../../support/access.ts';
import { done, failed, ready, unanswered } from '../../support/answers.ts';
import { duration, optionalText, text } from '../../support/fields.ts';
import { faultsOfRows, queryExpect, type Rows } from '../../support/query-expect.ts';
import { serverFacts } from '../facts.ts';
import { loginFields, loginOf, onePassword, oneServer, serverOf } from '../login.ts';
import { checkQuery, type Query, runQuery } from '../read-only-query.ts';

const input = z
  .strictObject({
    ...loginFields,
    database: optionalText('The database (schema) to ask. Default: none, so that tables are named with theirs.'),
    query: text('One SQL query. Whatever it says, it can only read.'),
    expect: queryExpect,
    timeout: z._default(duration('How long it may take. Default: 30s.'), 30_000),
  })
  .check(oneServer, onePassword);
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'mariadb/query',
  summary: 'Asks a MariaDB server one query that only reads, and judges the answer: a health check.',
  tested: 'Tested on MariaDB 10.11, on loopback.',
  input,
  secretFields: ['password'],
  outputs: { value: 'The first column of the first row.', rows: 'How many rows came back.' },
  needs: ['mariadb'],
  repeatable: true,
  readOnly: true,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `ask ${serverOf(asked)}${asked.database === undefined ? '' : `, database ${asked.database}`}: ${oneLineOf(asked.query)}`,
    `good: ${JSON.stringify(asked.expect)}`,
  ],
  preflight,
  perform,
});

const oneLineOf = (query: string): string => query.replaceAll(/\s+/g, ' ').trim();

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const query = queryOf(asked, context);
  const server = await serverFacts(query.login, context.signal);
  if (!server.ok) return notReadyBy(server.error);
  const checked = await checkQuery(query);
  if (!checked.ok) return notReadyBy({ ...checked.error, remedy: `Correct \`query\`. ${checked.error.remedy}` });
  return ready([`${query.login.name}: logged in, version ${server.value.version}`, 'the server takes the query']);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const started = performance.now();
  const limit = AbortSignal.timeout(asked.timeout);
  const query = queryOf(asked, context, AbortSignal.any([context.signal, limit]));
  const answer = await runQuery(query);
  if (!answer.ok) {
    const late = !context.signal.aborted && (limit.aborted || answer.error.code === 1969);
    const reason = late
      ? `${query.login.name}: no answer within ${formatDuration(asked.timeout)}`
      : answer.error.reason;
    return late ? unanswered(reason) : failed('error', `${reason}. ${answer.error.remedy}`);
  }
  const faults = faultsOfRows(answer.value, asked.expect);
  if (faults.length > 0) return failed('check', `${query.login.name}: ${faults.join('; ')}`, lastWords(answer.value));
  const ms = Math.round(performance.now() - started);
  return done(`${query.login.name}: as expected, in ${formatDuration(ms)}`, {
    value: answer.value[0]?.[0] ?? '',
    rows: String(answer.value.length),
  });
}

function queryOf(asked: Input, { folder, env, signal }: AdapterContext, limit = signal): Query {
  const { database, query, timeout } = asked;
  const login = loginOf(asked, folder, env);
  return { login, query, timeoutMs: timeout, signal: limit, ...(database === undefined ? {} : { schema: database }) };
}

const lastWords = (rows: Rows): string =>
  rows
    .slice(0, 20)
    .map((row) => row.map((column) => column ?? 'NULL').join('\t'))
    .join('\n')
    .slice(0, 2_048);
