/**
 * `mariadb/access`: closes a database to its users and opens it again, by locking accounts. Performed in the engine:
 * it is short, and doing it again after a crash goes on where it stopped.
 */
import { ok, type Result } from '../../../src/kernel/result.ts';
import {
  type AdapterContext,
  defineAdapter,
  type Performed,
  type Preflight,
  type Probe,
} from '../../../src/ports/adapter.ts';
import { cannotKeep, failedBy, notReadyBy, type Trouble, trouble } from '../../support/access.ts';
import { done, probed, ready } from '../../support/answers.ts';
import { isOlder, lacks, type ServerFacts, schemaStands, serverFacts } from '../facts.ts';
import { serverOf } from '../login.ts';
import { close, foundClosed, reachNow } from './close.ts';
import { type Input, input, type Order, orderOf } from './input.ts';
import { recallPrevious } from './marker.ts';
import { open } from './open.ts';
import { names } from './plan.ts';
import { sessions, unwanted } from './sessions.ts';

export const adapter = defineAdapter<Input>({
  name: 'mariadb/access',
  summary: 'Closes a MariaDB database to its users by locking their accounts, and opens it again as it was.',
  tested: 'Tested on MariaDB 10.11, on loopback.',
  input,
  secretFields: ['password'],
  outputs: { locked: 'How many accounts are locked.', ended: 'How many sessions were ended.' },
  needs: ['mariadb'],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 120_000,
  describe: (asked) => {
    const who = asked.users?.join(', ') ?? `every account that may reach ${asked.database}, but for administrators`;
    const spared = asked.except === undefined ? '' : `, and but for ${asked.except.join(', ')}`;
    return asked.access === 'closed'
      ? [
          `on ${serverOf(asked)}: keep which accounts of database ${asked.database} are open`,
          `ALTER USER … ACCOUNT LOCK: ${who}${spared}`,
          `KILL CONNECTION: their sessions, and those in ${asked.database}; wait until none is left`,
        ]
      : [
          `on ${serverOf(asked)}: ALTER USER … ACCOUNT UNLOCK, exactly those that were open before ${asked.database} was closed`,
        ];
  },
  preflight,
  probe,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const order = orderOf(asked, context.folder, context.env);
  const server = await usable(order, context.signal);
  if (!server.ok) return notReadyBy(server.error);
  const kept = await recallPrevious(order);
  if (!kept.ok) return notReadyBy(kept.error);
  const obstacle = order.marker === null || kept.value !== undefined ? undefined : await cannotKeep(order.marker);
  if (obstacle !== undefined) return notReadyBy(obstacle);
  const found = await reachNow(order, server.value, context.signal);
  if (!found.ok) return notReadyBy(found.error);
  const { shut } = found.value;
  const closed = shut.every(({ locked }) => locked);
  if (closed && kept.value === undefined && order.previous === null) {
    const { error } = foundClosed(order, shut);
    return notReadyBy(error);
  }
  return ready([`${order.login.name}: logged in, version ${server.value.version}`, `accounts to lock: ${names(shut)}`]);
}

const rights = ['PROCESS', 'CREATE USER', 'CONNECTION ADMIN'];

async function usable(order: Order, signal: AbortSignal): Promise<Result<ServerFacts, Trouble>> {
  const { login, database } = order;
  const server = await serverFacts(login, signal);
  if (!server.ok) return server;
  if (isOlder(server.value.version, '10.5'))
    return trouble(`${login.name} has version ${server.value.version}`, 'Accounts are locked from MariaDB 10.5 on.');
  const missing = lacks(server.value, rights);
  if (missing.length > 0)
    return trouble(
      `${login.name} lacks the right ${missing.join(', ')}`,
      `GRANT ${missing.join(', ')} ON *.* TO it, or log in as another account.`,
    );
  const stands = await schemaStands(login, database, signal);
  if (!stands.ok) return stands;
  return stands.value
    ? ok(server.value)
    : trouble(`${login.name}: there is no database ${database}`, 'Correct `database`.');
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const order = orderOf(asked, context.folder, context.env);
  const server = await usable(order, context.signal);
  if (!server.ok) return failedBy(server.error);
  if (asked.access === 'open') {
    const opened = await open(order, server.value, context.signal);
    return opened.ok ? done(opened.value, { locked: '0', ended: '0' }) : failedBy(opened.error);
  }
  const closed = await close(order, server.value, context.key, context.signal);
  if (!closed.ok) return failedBy(closed.error);
  const { detail, locked, ended } = closed.value;
  return done(detail, { locked: String(locked), ended: String(ended) });
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const order = orderOf(asked, context.folder, context.env);
  const server = await usable(order, context.signal);
  if (!server.ok) return probed('unknown', server.error.reason);
  const [kept, found] = [await recallPrevious(order), await reachNow(order, server.value, context.signal)];
  if (!kept.ok) return probed('unknown', kept.error.reason);
  if (!found.ok) return probed('unknown', found.error.reason);
  const { shut, free } = found.value;
  const isOpen = shut.filter(({ locked }) => !locked);
  if (asked.access === 'open') {
    const whole = kept.value === undefined && isOpen.length > 0;
    return whole
      ? probed('yes', `open: ${names(isOpen)}`)
      : probed('no', 'the marker of the closing still stands, or all are locked');
  }
  if (isOpen.length > 0) return probed('no', `open: ${names(isOpen)}`);
  if (kept.value === undefined) return probed('no', 'all accounts are locked, but there is no marker');
  const there = await sessions(order.login, context.signal);
  if (!there.ok) return probed('unknown', there.error.reason);
  const left = unwanted(there.value, order.database, shut, free).length;
  return left === 0 ? probed('yes', `locked: ${names(shut)}`) : probed('no', `${left} sessions have not ended`);
}
