/** `postgres/restore`: puts a database back from a dump; the work is in `work.ts`, in a process of its own. */
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReady, probed, ready } from '../../support/answers.ts';
import { reasonOf } from '../../support/reason.ts';
import { inWords } from '../../support/space.ts';
import { fileKey, orderFor } from '../../support/work.ts';
import { type Client, serverOf } from '../server/login.ts';
import { type Input, input, type Order, orderOf } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'postgres/restore',
  summary:
    'Puts a PostgreSQL database back from a dump: restored beside it, proven, then swapped; the old one is kept.',
  tested: 'Tested on PostgreSQL 15.',
  input,
  secretFields: ['password'],
  outputs: { bytes: 'The size of the restored database.', old: 'The name under which the old database is kept.' },
  needs: ['psql', 'pg_restore', 'vacuumdb'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: null,
  describe: (asked) => [
    `restore the database ${asked.database} on ${serverOf(asked)} from ${asked.archive}`,
    'pg_restore (psql, for SQL) into a new database beside it, stopping at the first error',
    ...(asked.proof ?? []).map(
      ({ query, expect }) => `prove ${query.replaceAll(/\s+/g, ' ')}: ${JSON.stringify(expect)}`,
    ),
    ...(asked.analyze === false ? [] : ['vacuumdb --analyze-only']),
    'give it the privileges, settings, limit and comment of the old one, end all sessions, and swap both by renaming, in one transaction',
    asked.keepOld === false ? 'drop the old database' : `keep the old database as ${asked.database}_before_…`,
  ],
  preflight,
  probe,
  writtenSince,
  command: (asked, context) => ({ argv: workerArgv('postgres/restore'), stdin: orderFor(asked, context) }),
});

/** A late backout asks all its steps within ten seconds. */
const countWithinMs = 8_000;

const clientFor = (asked: Input, { env, signal }: AdapterContext): Client => ({ login: asked, env, signal });

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { examineDump } = await import('./examine.ts');
  const { examineServer } = await import('./server-facts.ts');
  const order = orderOf(asked, context.folder);
  const client = clientFor(asked, context);
  try {
    if (asked.fetched === true) return await preflightUnseen(order, client);
    const dump = await examineDump(order, client, 'whole');
    if (!dump.ok) return notReady(dump.error.reason, dump.error.remedy);
    const ground = await examineServer(order, client, dump.value);
    if (!ground.ok) return notReady(ground.error.reason, ground.error.remedy);
    const { kind, bytes, sqlBytes, madeAt, of } = dump.value;
    const size = `${inWords(bytes)}${sqlBytes === null ? '' : `, ${inWords(sqlBytes)} as SQL`}`;
    return ready(
      [
        `${order.archive} is readable and complete: ${size}, of ${madeAt.toISOString()}`,
        `${ground.value.facts.user} may put ${order.database} back on ${serverOf(asked)} (PostgreSQL ${ground.value.facts.versionText})`,
      ],
      of === null && kind === 'sql' ? 'a dump in SQL does not say of which database it was made' : null,
    );
  } catch (error) {
    return notReady(
      `${order.archive}: ${context.signal.aborted ? 'cancelled' : reasonOf(error)}`,
      'Remove the cause, then try again.',
    );
  }
}

/** The dump is not here yet: what can be known is whether this login may put the database back. */
async function preflightUnseen(order: Order, client: Client): Promise<Preflight> {
  const { unseenDump } = await import('./examine.ts');
  const { examineServer } = await import('./server-facts.ts');
  const ground = await examineServer(order, client, unseenDump(order.archive));
  if (!ground.ok) return notReady(ground.error.reason, ground.error.remedy);
  const { user, versionText } = ground.value.facts;
  return ready(
    [`${user} may put ${order.database} back on ${serverOf(order.login)} (PostgreSQL ${versionText})`],
    `the dump ${order.archive}, which an earlier step brings`,
  );
}

/** By the notes and names that the attempt has left on the server. */
async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const { standingOf } = await import('./standing.ts');
  const { database, keepOld } = asked;
  const found = await standingOf(clientFor(asked, context), database, fileKey(context.key));
  if (!found.ok) return probed('unknown', found.error.reason);
  const { names, fresh, swapped, target } = found.value;
  if (swapped) return probed('yes', `${database} is the restored one`);
  if (fresh !== undefined) return probed('no', `the restored data are still staged in ${names.fresh}`);
  if (!target) return probed('no', `there is no database ${database}`);
  if (keepOld === false) return probed('unknown', `an attempt that keeps no old database leaves no trace`);
  return probed('no', `this attempt has not replaced ${database}`);
}

async function writtenSince(asked: Input, context: AdapterContext): Promise<string | null> {
  if (asked.writtenSince === undefined || asked.fetched === true) return null;
  const [{ countedSince }, { examineDump }] = [
    await import('../../support/written-since.ts'),
    await import('./examine.ts'),
  ];
  const { askReadOnly } = await import('../query/ask.ts');
  const client = clientFor(asked, context);
  const dump = await examineDump(orderOf(asked, context.folder), client, 'list');
  if (!dump.ok) return `what was written since its dump cannot be told: ${dump.error.reason}`;
  return countedSince({
    queries: asked.writtenSince,
    madeAt: dump.value.madeAt,
    literal: (at) => `timestamptz '${at.toISOString()}'`,
    ask: (query) => askReadOnly(client, { database: asked.database, query, timeoutMs: countWithinMs }),
  });
}
