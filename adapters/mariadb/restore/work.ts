/**
 * The work of `mariadb/restore`, in a process of its own: examine the dump, load it beside, prove it, swap. Whatever
 * goes wrong before the swap leaves the live database as it was; a swap that was stopped is finished by whoever comes next.
 */
import * as z from 'zod/mini';
import { fileCount } from '../../support/space.ts';
import { beforeAnyChange, type Report, type Work, WorkFailed, type WorkOrder } from '../../support/work.ts';
import { serverFacts } from '../facts.ts';
import { name } from '../sql-text.ts';
import type { DumpFacts } from './dump-reader.ts';
import { examineDump } from './examine.ts';
import { input, type Order, orderOf } from './input.ts';
import { namesFor } from './names.ts';
import { obstacleIn } from './obstacles.ts';
import { routineGrants, writtenDown } from './programs.ts';
import { type Ground, type Row, removeRow, rowsFor, type Swap, writeRow } from './record.ts';
import { asFailure, contentsOf, must } from './schema.ts';
import { type Staged, stage, unstage } from './stage.ts';
import { proveSwapped, putBackPrograms, swapPrograms, swapTables } from './swap.ts';

export const work: Work = async (given: WorkOrder, report: Report) => {
  const order = orderOf(z.parse(input, given.input), given.folder, process.env);
  const ground = await beforeAnyChange(() => groundOf(order));
  const { own, changed } = await settleEarlier(ground, given.key, report);
  const staging: typeof beforeAnyChange = changed ? async (part) => part() : beforeAnyChange;
  const row = own ?? (await restore({ order, ground, key: given.key, report, staging }));
  await conclude(order, ground, row, report);
  return 0;
};

async function groundOf(order: Order): Promise<Ground> {
  const server = await serverFacts(order.login);
  if (!server.ok) throw asFailure(server.error);
  const ground = { login: order.login, server: server.value, database: order.database };
  const obstacle = await obstacleIn(ground);
  if (!obstacle.ok) throw asFailure(obstacle.error);
  return ground;
}

interface Settled {
  /** This attempt's row, when it is done. */
  readonly own: Row | undefined;
  /** The live database may have been changed. */
  readonly changed: boolean;
}

/** What earlier attempts left: their swap is finished, their copies are removed. */
async function settleEarlier(ground: Ground, key: string, report: Report): Promise<Settled> {
  const rows = await rowsFor(ground);
  if (!rows.ok) throw asFailure(rows.error);
  let own: Row | undefined;
  for (const row of rows.value) {
    if (row.phase === 'staging') {
      await remove(ground, row);
      report.line(`Removed what attempt ${row.key} had staged: ${row.staged}.`);
      continue;
    }
    if (row.phase === 'swapping' && row.key !== key && (await discarded(ground, row, report))) continue;
    if (row.phase === 'swapping') {
      report.line(`The swap of attempt ${row.key} was stopped; finishing it.`);
      await finish(ground, row, report);
    }
    if (row.key === key) own = row;
  }
  if (own?.swap !== null && own?.swap !== undefined) await proveSwapped(ground, own.swap);
  if (own !== undefined) report.line('An earlier process of this attempt has already restored the database.');
  return { own, changed: rows.value.some(({ phase }) => phase === 'swapping') };
}

/** Another attempt's swap that has moved nothing yet is undone: this attempt may be one with another dump. */
async function discarded(ground: Ground, row: Row, report: Report): Promise<boolean> {
  if (row.swap === null || !(await notYetMoved(ground, row, row.swap))) return false;
  await putBackPrograms(ground, row.swap);
  await remove(ground, row);
  report.line(`The swap of attempt ${row.key} had not begun to move tables; removed what it had staged.`);
  return true;
}

interface Task {
  readonly order: Order;
  readonly ground: Ground;
  readonly key: string;
  readonly report: Report;
  /** Runs what leaves the live database as it was. */
  readonly staging: typeof beforeAnyChange;
}

async function restore({ order, ground, key, report, staging }: Task): Promise<Row> {
  const names = namesFor(order.database, key);
  const begun: Row = { ...names, key, phase: 'staging', swap: null };
  const facts = await staging(() => begin(order, ground, begun));
  try {
    const row = await staging(async (): Promise<Row> => {
      const staged = await stage(order, ground, names, facts, report);
      return { ...begun, phase: 'swapping', swap: await swapOf(ground, begun, staged, report) };
    });
    await mustWrite(writeRow(ground, row));
    await finish(ground, row, report);
    return row;
  } catch (error) {
    // What cannot be removed now is removed by the next attempt: the cause counts.
    await clearUp(ground, begun).catch(() => undefined);
    throw error;
  }
}

async function begin(order: Order, ground: Ground, begun: Row): Promise<DumpFacts> {
  const facts = await examineDump(order, ground.server);
  if (!facts.ok) throw asFailure(facts.error);
  await mustWrite(writeRow(ground, begun));
  return facts.value;
}

/** After a failure before the swap: nothing stays. After a failure in it, what it needs stays. */
async function clearUp(ground: Ground, begun: Row): Promise<void> {
  const rows = await rowsFor(ground);
  const now = rows.ok ? rows.value.find(({ key }) => key === begun.key) : undefined;
  if (now === undefined) return;
  if (now.swap !== null && !(await notYetMoved(ground, now, now.swap))) return;
  await remove(ground, begun);
}

/** Of an attempt that has moved nothing. */
async function remove(ground: Ground, row: Row): Promise<void> {
  await unstage(ground, row);
  await must({ login: ground.login, sql: `DROP DATABASE IF EXISTS ${name(row.before)}` });
  await mustWrite(removeRow(ground, row));
}

async function notYetMoved({ login }: Ground, row: Row, swap: Swap): Promise<boolean> {
  const [copy, old] = [await contentsOf(login, row.staged), await contentsOf(login, row.before)];
  return old.tables.length === 0 && swap.newTables.every((one) => copy.tables.includes(one));
}

async function swapOf(
  { login, database }: Ground,
  { staged }: Row,
  { contents, events }: Staged,
  report: Report,
): Promise<Swap> {
  const live = await contentsOf(login, database);
  return {
    oldTables: [...live.tables],
    newTables: [...contents.tables],
    oldPrograms: await writtenDown(login, database, live, 'what can be had', report),
    newPrograms: { ...(await writtenDown(login, staged, contents, 'whole', report)), events },
    counted: {
      views: contents.views.length,
      routines: contents.procedures.length + contents.functions.length,
      triggers: contents.triggers.length,
    },
    oldCounted: { triggers: live.triggers.length, events: live.events.length },
    grants: await routineGrants(login, database, contents),
  };
}

async function finish(ground: Ground, row: Row, report: Report): Promise<void> {
  if (row.swap === null) throw new Error('there is nothing to swap');
  await swapTables(ground, row, row.swap, report);
  await swapPrograms(ground, row, row.swap, report);
  await proveSwapped(ground, row.swap);
  await mustWrite(writeRow(ground, { ...row, phase: 'done' }));
  await unstage(ground, row);
}

async function conclude(order: Order, ground: Ground, row: Row, report: Report): Promise<void> {
  const { login, database } = ground;
  const tables = row.swap?.newTables.length ?? 0;
  report.output('tables', String(tables));
  report.line(`Restored database ${database} (${fileCount(tables).replace('file', 'table')}) from ${order.dump}.`);
  const kept = row.swap !== null && row.swap.oldTables.length > 0 && order.keepOld;
  if (!kept) {
    await must({ login, sql: `DROP DATABASE IF EXISTS ${name(row.before)}` }, 'The database is restored.');
    return;
  }
  report.output('old', row.before);
  report.line(`The old tables are kept in ${row.before}; their events stand in backout.restores.`);
}

async function mustWrite(written: ReturnType<typeof writeRow>): Promise<void> {
  const done = await written;
  if (done.ok) return;
  throw new WorkFailed(`The record of this restore cannot be written: ${done.error.reason}.`, done.error.remedy);
}
