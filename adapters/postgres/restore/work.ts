/**
 * The work of `postgres/restore`, in a process of its own: examine, stage beside the target, prove, swap. Whatever goes
 * wrong before the swap leaves the target in use as it was. Killed anywhere, the next attempt, of the same key or
 * another, finds by the notes on the databases how far it came, and finishes or cleans up.
 */
import * as z from 'zod/mini';
import type { Result } from '../../../src/kernel/result.ts';
import { inWords } from '../../support/space.ts';
import { beforeAnyChange, type Report, type Work, WorkFailed, type WorkOrder } from '../../support/work.ts';
import { type Client, maintenanceOf } from '../server/login.ts';
import { stagingNote } from '../server/note.ts';
import { inTransaction, psql } from '../server/psql.ts';
import { identifier, literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';
import { type Dump, examineDump } from './examine.ts';
import { input, type Order, orderOf } from './input.ts';
import { examineServer } from './server-facts.ts';
import { drop, identityOf, stage } from './stage.ts';
import { untouched } from './stage-end.ts';
import { isEmpty, type Standing, standingOf } from './standing.ts';
import { swap } from './swap.ts';

export const work: Work = async (given: WorkOrder, report: Report) => {
  const order = orderOf(z.parse(input, given.input), given.folder);
  const client: Client = { login: order.login, env: process.env };
  const standing = await beforeAnyChange(async () => need(order, await standingOf(client, order.database, given.key)));
  if (standing.swapped) report.line('An earlier process of this attempt has already finished the swap.');
  else {
    if (standing.fresh?.stage !== 'ready')
      await beforeAnyChange(() => prepare(order, client, standing, given.key, report));
    await swap({ client, database: order.database, names: standing.names, key: given.key }, report);
  }
  await finish(order, client, standing, given.key, report);
  return 0;
};

function need<T>(order: Order, found: Result<T, Trouble>): T {
  if (found.ok) return found.value;
  throw new WorkFailed(`${order.database}: ${found.error.reason}.`, `${untouched(order)} ${found.error.remedy}`);
}

async function prepare(order: Order, client: Client, standing: Standing, key: string, report: Report): Promise<void> {
  const examined = await examineDump(order, client, 'list');
  if (!examined.ok) throw new WorkFailed(`${examined.error.reason}.`, `${untouched(order)} ${examined.error.remedy}`);
  const dump = examined.value;
  const { fresh: name } = standing.names;
  if (standing.fresh !== undefined) await clear(client, standing, report);
  if (await adopt(order, client, standing, dump, key, report)) return;
  for (const leftover of standing.others) await drop(client, leftover.name, report);
  const ground = await examineServer(order, client, dump);
  if (!ground.ok) throw new WorkFailed(`${ground.error.reason}.`, `${untouched(order)} ${ground.error.remedy}`);
  await stage({ order, client, dump, name, key, like: ground.value.target?.state }, report);
}

/** What a process of the same attempt has left half done; never a database that may be somebody else's. */
async function clear(client: Client, { names, fresh }: Standing, report: Report): Promise<void> {
  if (fresh !== null || (await isEmpty(client, names.fresh))) return drop(client, names.fresh, report);
  throw new WorkFailed(
    `There is a database ${names.fresh} that backout has not made.`,
    'Rename or remove it, then try again: its name is needed.',
  );
}

/** Another attempt has restored the same dump and did not come to the swap: hours of work are not done again. */
async function adopt(
  order: Order,
  client: Client,
  { names, others }: Standing,
  dump: Dump,
  key: string,
  report: Report,
): Promise<boolean> {
  const identity = identityOf(order, dump);
  const ready = others.find(({ staging }) => staging.stage === 'ready' && staging.dump === identity);
  if (ready === undefined) return false;
  const note = stagingNote({ target: order.database, key, stage: 'ready', dump: identity });
  const adopted = await inTransaction(client, [
    `ALTER DATABASE ${identifier(ready.name)} RENAME TO ${identifier(names.fresh)}`,
    `COMMENT ON DATABASE ${identifier(names.fresh)} IS ${literal(note)}`,
  ]);
  if (!adopted.ok) return false;
  report.line(`Another attempt has already restored ${dump.path} into ${ready.name}; it is used.`);
  for (const leftover of others) if (leftover !== ready) await drop(client, leftover.name, report);
  return true;
}

async function finish(order: Order, client: Client, before: Standing, key: string, report: Report): Promise<void> {
  const { database, keepOld } = order;
  const asked = psql(client, maintenanceOf(client), `SELECT pg_database_size(${literal(database)});`);
  const [found, size] = await Promise.all([standingOf(client, database, key), asked]);
  const now = need(order, found);
  if (!now.swapped)
    throw new WorkFailed(`${database} is not the restored one.`, 'Look at the databases with \\l in psql.');
  const bytes = size.ok ? size.value : '';
  report.output('bytes', bytes);
  report.line(`Restored ${database}${bytes === '' ? '' : ` (${inWords(Number(bytes))})`} from ${order.archive}.`);
  for (const leftover of before.swapped ? before.others : []) await drop(client, leftover.name, report);
  if (!now.old) return;
  const { old } = now.names;
  if (!keepOld) return drop(client, old, report);
  report.output('old', old);
  report.line(`The old database is kept as ${old}. To remove it: DROP DATABASE ${identifier(old)};`);
}
