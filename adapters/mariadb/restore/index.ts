/** `mariadb/restore`: puts a database back from a dump; the work is in `work.ts`, in a process of its own. */
import { existsSync } from 'node:fs';
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReadyBy } from '../../support/access.ts';
import { notReady, probed, ready } from '../../support/answers.ts';
import { reasonOf } from '../../support/reason.ts';
import { inWords, tooLittleSpace } from '../../support/space.ts';
import { fileKey, orderFor } from '../../support/work.ts';
import { type ServerFacts, schemaStands, serverFacts } from '../facts.ts';
import { serverOf } from '../login.ts';
import type { DumpFacts } from './dump-reader.ts';
import { type Asked, input, type Order, orderOf } from './input.ts';

export const adapter = defineAdapter<Asked>({
  name: 'mariadb/restore',
  summary:
    'Puts a MariaDB database back from a dump: loaded beside it, proven, then swapped in one statement; the old one is kept.',
  tested: 'Tested on MariaDB 10.11, on loopback.',
  input,
  secretFields: ['password'],
  outputs: { tables: 'How many tables were restored.', old: 'The schema in which the old tables are kept.' },
  needs: ['mariadb', 'mariadb-dump'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: null,
  describe: (asked) => [
    `restore database ${asked.database} on ${serverOf(asked)} from ${asked.archive}`,
    'load it into a schema beside, as an account that may write nowhere else',
    ...(asked.proof ?? []).map(
      ({ query, expect }) => `prove it: ${query.replaceAll(/\s+/g, ' ')}: ${JSON.stringify(expect)}`,
    ),
    'RENAME TABLE, all in one statement; then views, triggers, routines and events',
    asked.keepOld === false ? 'remove the old tables' : 'keep the old tables in a schema of their own',
  ],
  preflight,
  probe,
  writtenSince,
  command: (asked, context) => ({ argv: workerArgv('mariadb/restore'), stdin: orderFor(unparsed(asked), context) }),
});

/** A late backout asks all its steps within ten seconds. */
const countWithinMs = 8_000;

/** The worker parses the input once more. */
const unparsed = ({ newerThan, ...rest }: Asked): object => ({
  ...rest,
  ...(newerThan === undefined ? {} : { newerThan: `${newerThan}ms` }),
});

async function preflight(asked: Asked, context: AdapterContext): Promise<Preflight> {
  const [{ obstacleIn }, { examineDump, fromMariadb }] = [await import('./obstacles.ts'), await import('./examine.ts')];
  const order = orderOf(asked, context.folder, context.env);
  const { login, database } = order;
  const server = await serverFacts(login, context.signal);
  if (!server.ok) return notReadyBy(server.error);
  const obstacle = await obstacleIn({ login, server: server.value, database }, context.signal);
  if (!obstacle.ok) return notReadyBy(obstacle.error);
  const stands = await schemaStands(login, database, context.signal);
  if (!stands.ok) return notReadyBy(stands.error);
  const dump = await examineDump(order, server.value, context.signal);
  if (!dump.ok) return notReadyBy(dump.error);
  const full = await spaceFor(order, server.value, dump.value);
  if (full !== undefined) return notReady(full, 'Make room there: the old tables and the new ones must both fit.');
  const said = `${order.dump} is complete: ${dump.value.tables} tables, ${inWords(dump.value.bytes)} of SQL`;
  const uncovered = [
    ...(fromMariadb(dump.value) ? [] : ['the dump was not made by MariaDB: whether it can be loaded shows when it is']),
    ...(stands.value ? [] : [`there is no database ${database} now: it will be made`]),
    ...(order.proof.length > 0 ? [] : ['no `proof`: that the data is right is not proven']),
  ];
  const checked = [`${login.name}: logged in with the rights it takes, version ${server.value.version}`, said];
  return ready(checked, uncovered.length === 0 ? null : uncovered.join('; '));
}

/** Only where the server's folder can be seen from here. */
async function spaceFor(order: Order, { dataFolder }: ServerFacts, { bytes }: DumpFacts): Promise<string | undefined> {
  const here = order.login.args.some((arg) => /^--(?:socket=|host=(?:127\.|localhost$|::1$))/.test(arg));
  return here && existsSync(dataFolder) ? tooLittleSpace(dataFolder, bytes) : undefined;
}

/** The record in the server knows how far this attempt came. */
async function probe(asked: Asked, context: AdapterContext): Promise<Probe> {
  const { rowsFor } = await import('./record.ts');
  const order = orderOf(asked, context.folder, context.env);
  const rows = await rowsFor(order);
  if (!rows.ok) return probed('unknown', rows.error.reason);
  const own = rows.value.find(({ key }) => key === fileKey(context.key));
  if (own === undefined) return probed('no', `this attempt has not begun to load ${order.dump}`);
  if (own.phase === 'done')
    return probed('yes', `this attempt has restored ${order.database}; the old tables: ${own.before}`);
  return probed(
    'no',
    own.phase === 'staging'
      ? `the copy ${own.staged} is not complete`
      : 'the swap is not finished; a retry finishes it',
  );
}

async function writtenSince(asked: Asked, context: AdapterContext): Promise<string | null> {
  if (asked.writtenSince === undefined) return null;
  const [{ countedSince }, { endOf }] = [await import('../../support/written-since.ts'), await import('./examine.ts')];
  const { runQuery } = await import('../read-only-query.ts');
  const { login, database, dump } = orderOf(asked, context.folder, context.env);
  const madeAt = await endOf(dump, context.signal).catch(reasonOf);
  if (typeof madeAt === 'string') return `what was written since its dump cannot be told: ${madeAt}`;
  const { signal } = context;
  return countedSince({
    queries: asked.writtenSince,
    madeAt: new Date(madeAt),
    literal: (at) => `FROM_UNIXTIME(${at.getTime() / 1_000})`,
    ask: (query) => runQuery({ login, schema: database, query, timeoutMs: countWithinMs, signal }),
  });
}
