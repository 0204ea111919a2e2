/**
 * Loads the dump into a schema beside, through an account made for it that may write nowhere else: whatever stands in
 * the dump, the live database cannot be touched by it. Then proves the copy.
 */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { faultsOfRows } from '../../support/query-expect.ts';
import { reasonOf } from '../../support/reason.ts';
import { fileCount } from '../../support/space.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { clientArgs, troubleOf } from '../client.ts';
import type { Login } from '../login.ts';
import { runQuery } from '../read-only-query.ts';
import { type Account, account, name, schemaInGrant, value } from '../sql-text.ts';
import { type DumpFacts, type Move, noFacts, readDump } from './dump-reader.ts';
import type { Order } from './input.ts';
import type { Names } from './names.ts';
import { openDump } from './open-dump.ts';
import type { Ground } from './record.ts';
import { asFailure, type Contents, contentsOf, must } from './schema.ts';

export interface Staged {
  readonly contents: Contents;
  /** The dump's events, as SQL. */
  readonly events: string;
}

const eventsLimit = 67_108_864;

export async function stage(
  order: Order,
  ground: Ground,
  names: Names,
  facts: DumpFacts,
  report: Report,
): Promise<Staged> {
  const { login } = ground;
  const password = `Aa1!${randomBytes(24).toString('base64url')}`;
  const loader = { user: names.loader, host: ground.server.fromHost };
  await makePlace(ground, names, facts, loader, password);
  report.line(`Loading ${order.dump} into ${names.staged}, as an account that may write nowhere else.`);
  const as: Login = { ...login, args: withUser(login.args, names.loader), env: { ...login.env, MYSQL_PWD: password } };
  const events = await load(order, as, names.staged);
  const contents = await contentsOf(login, names.staged);
  await prove(order, ground, names, facts, contents, report);
  return { contents, events };
}

/** The account's own name and password count, whatever option files say. */
function withUser(args: readonly string[], user: string): readonly string[] {
  const kept = args.filter((arg) => !arg.startsWith('--user=') && !arg.startsWith('--defaults-file='));
  return [...(kept[0] === '--no-defaults' ? [] : ['--no-defaults']), ...kept, `--user=${user}`];
}

async function makePlace(
  { login, server, database }: Ground,
  { staged }: Names,
  { charset }: DumpFacts,
  loader: Account,
  password: string,
): Promise<void> {
  const asLive = await must({
    login,
    sql: `SELECT CONCAT('CHARACTER SET ', DEFAULT_CHARACTER_SET_NAME, ' COLLATE ', DEFAULT_COLLATION_NAME)
      FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${value(database)}`,
  });
  const who = account(loader);
  const guarded = server.guardsFunctions ? ', SUPER' : '';
  const sql = `CREATE DATABASE ${name(staged)} ${asLive[0]?.[0] ?? charset ?? ''};
CREATE OR REPLACE USER ${who} IDENTIFIED BY '${password}';
GRANT ALL ON ${schemaInGrant(staged)}.* TO ${who};
GRANT SELECT, SHOW VIEW, REFERENCES, SET USER${guarded} ON *.* TO ${who};`;
  await must({ login, sql });
}

async function load(order: Order, login: Login, schema: string): Promise<string> {
  const { execa } = await import('execa');
  const client = execa('mariadb', clientArgs(login, schema), {
    stdin: 'pipe',
    env: { ...login.env },
    extendEnv: false,
    reject: false,
  });
  const facts = noFacts();
  const events: Buffer[] = [];
  let trouble: unknown;
  try {
    const source = await openDump(order.dump);
    await pipeline(Readable.from(loadable(source, facts, events, { from: order.from, to: schema })), client.stdin);
  } catch (error) {
    trouble = error;
    if (!client.stdin.destroyed) client.kill('SIGKILL');
  }
  const { failed, stderr } = await client;
  if (/^ERROR /m.test(stderr) || (failed && trouble === undefined)) throw loadFailure(order, login, stderr);
  if (trouble !== undefined)
    throw new WorkFailed(
      `Dump ${order.dump}: ${reasonOf(trouble)}.`,
      'The old data is as it was. Bring the file back, then retry.',
    );
  if (!facts.complete)
    throw new WorkFailed(
      `Dump ${order.dump} has become shorter while it was read.`,
      'The old data is as it was. Take another dump.',
    );
  return Buffer.concat(events).toString('utf8');
}

function loadFailure(order: Order, login: Login, stderr: string): WorkFailed {
  const { reason, code } = troubleOf({ ...login, name: `Loading ${order.dump}` }, stderr);
  const full = code === 1021 || code === 1114 || /errno: 28|No space left/.test(stderr);
  const denied = code === 1044 || code === 1142 || code === 1227;
  const remedy = full
    ? "Make room in the server's data folder"
    : denied
      ? 'The dump wants to write elsewhere than in its database, or is refused a right: take one made by mariadb-dump of this database alone'
      : 'Take another dump, or remove the cause';
  return new WorkFailed(
    `${reason}${full ? ' (the disk is full)' : ''}.`,
    `The old data is as it was. ${remedy}, then retry.`,
  );
}

async function* loadable(
  source: AsyncIterable<Buffer>,
  facts: DumpFacts,
  events: Buffer[],
  move: Move,
): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const { to, bytes } of readDump(source, facts, move)) {
    if (to === 'load') yield bytes;
    if (to !== 'events') continue;
    size += bytes.length;
    if (size > eventsLimit) throw new Error('its events are over 64 MiB');
    events.push(Buffer.from(bytes));
  }
}

async function prove(
  order: Order,
  { login }: Ground,
  { staged }: Names,
  { tables }: DumpFacts,
  contents: Contents,
  report: Report,
): Promise<void> {
  if (contents.tables.length !== tables)
    throw new WorkFailed(
      `${order.dump} makes ${tables} tables, and ${contents.tables.length} stand in the copy.`,
      'The old data is as it was. Take another dump.',
    );
  if (contents.others.length > 0)
    throw new WorkFailed(
      `${order.dump} holds packages (${contents.others.join(', ')}), which cannot be moved.`,
      'The old data is as it was. Restore it by hand.',
    );
  for (const { query, expect } of order.proof) {
    const rows = await runQuery({ login, schema: staged, query, timeoutMs: 3_600_000 });
    if (!rows.ok) throw asFailure(rows.error);
    const faults = faultsOfRows(rows.value, expect);
    if (faults.length > 0)
      throw new WorkFailed(
        `The restored data is not as expected: ${query}: ${faults.join('; ')}.`,
        'The old data is as it was. Take another dump, or correct `proof`.',
      );
  }
  const asked =
    order.proof.length === 0
      ? 'no queries were given to prove it'
      : `${order.proof.length} queries answered as expected`;
  report.line(`Loaded: ${fileCount(contents.tables.length).replace('file', 'table')}; ${asked}.`);
}

/** Everything of an attempt that is worth nothing any more; its sessions are ended first. */
export async function unstage({ login }: Ground, { staged, loader }: Names): Promise<void> {
  const sql = `SELECT Host FROM mysql.global_priv WHERE User = ${value(loader)};`;
  const hosts = (await must({ login, sql })).map(([host]) => host ?? '');
  for (const host of hosts) {
    const who = account({ user: loader, host });
    await must({ login, sql: `KILL HARD USER ${who}; DROP USER IF EXISTS ${who};` });
  }
  await must({ login, sql: `DROP DATABASE IF EXISTS ${name(staged)}` });
}
