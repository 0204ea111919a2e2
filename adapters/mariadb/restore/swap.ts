/**
 * The swap, forward only, as parts that can each be done again: old triggers and events aside, all tables renamed in
 * one statement (old ones to the schema `before`, new ones to the live one), then views, routines, triggers and events
 * made as in the copy. Owns: that whoever comes next can finish it, from what stands where and the record.
 */
import { type Report, WorkFailed } from '../../support/work.ts';
import { ask } from '../client.ts';
import { name, value } from '../sql-text.ts';
import { dropping, madeAgain } from './programs.ts';
import type { Ground, Row, Swap } from './record.ts';
import { asFailure, type Contents, contentsOf, must, within } from './schema.ts';

const moved = 'The restored tables are in place; the swap is not finished. Retry: it goes on from here.';

export async function swapTables(ground: Ground, row: Row, swap: Swap, report: Report): Promise<void> {
  const { login, database } = ground;
  const { staged, before } = row;
  await must({ login, sql: `CREATE DATABASE IF NOT EXISTS ${name(database)}; ${likeLive(ground, before)}` });
  const [live, copy, old] = [
    await contentsOf(login, database),
    await contentsOf(login, staged),
    await contentsOf(login, before),
  ];
  const outgoing = swap.oldTables.filter((one) => !old.tables.includes(one));
  const incoming = swap.newTables.filter((one) => copy.tables.includes(one));
  const renames = [
    ...outgoing.map((one) => `${within(database, one)} TO ${within(before, one)}`),
    ...incoming.map((one) => `${within(staged, one)} TO ${within(database, one)}`),
  ];
  if (renames.length > 0) {
    await rename(ground, row, swap, { live, copy, outgoing, incoming, renames });
    report.line(`Swapped in one statement: ${incoming.length} tables in, ${outgoing.length} old ones to ${before}.`);
  }
}

/** The schema of the old tables has the live one's character set. */
function likeLive({ database }: Ground, before: string): string {
  return `SET @backout = (SELECT CONCAT('CREATE DATABASE IF NOT EXISTS ', ${value(name(before))}, ' CHARACTER SET ',
  DEFAULT_CHARACTER_SET_NAME, ' COLLATE ', DEFAULT_COLLATION_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${value(database)});
EXECUTE IMMEDIATE @backout;`;
}

interface Move {
  readonly live: Contents;
  readonly copy: Contents;
  readonly outgoing: readonly string[];
  readonly incoming: readonly string[];
  readonly renames: readonly string[];
}

async function rename(ground: Ground, { staged }: Row, swap: Swap, move: Move): Promise<void> {
  const { login, database } = ground;
  const { live, copy, outgoing, incoming, renames } = move;
  const sql = `SET SESSION lock_wait_timeout = 30, foreign_key_checks = 0;
${dropping(database, live, { triggers: outgoing, events: true })}
${dropping(staged, copy, { triggers: incoming })}
RENAME TABLE ${renames.join(',\n  ')};`;
  const answer = await ask({ login, sql });
  if (answer.ok) return;
  const who = answer.error.code === 1205 ? await sessionsIn(ground) : '';
  await putBackPrograms(ground, swap);
  throw asFailure({ ...answer.error, reason: `The tables could not be swapped: ${answer.error.reason}${who}` });
}

/** While the old tables are in place: their triggers and events, where some are missing. */
export async function putBackPrograms({ login, database }: Ground, { oldPrograms, oldCounted }: Swap): Promise<void> {
  const now = await contentsOf(login, database);
  const noTriggers = now.triggers.length < oldCounted.triggers;
  const noEvents = now.events.length < oldCounted.events;
  const drop = { triggers: noTriggers ? now.tables : [], events: noEvents };
  await must({ login, sql: dropping(database, now, drop) || 'DO 0' });
  const scripts = [noTriggers ? oldPrograms.triggers : '', noEvents ? oldPrograms.events : ''];
  await madeAgain(login, database, scripts, 'The old tables are in place, without their triggers and events.');
}

async function sessionsIn({ login, database }: Ground): Promise<string> {
  const sql = `SELECT ID, USER FROM information_schema.PROCESSLIST WHERE DB = ${value(database)} AND ID <> CONNECTION_ID() LIMIT 5`;
  const answer = await ask({ login, sql });
  const found = answer.ok ? answer.value.map(([id, user]) => `${id} (${user})`).join(', ') : '';
  return found === '' ? '' : `; sessions there: ${found}`;
}

/** After the tables are in place. Old views, routines and triggers go with the old tables. */
export async function swapPrograms(ground: Ground, row: Row, swap: Swap, report: Report): Promise<void> {
  const { login, database } = ground;
  const { newPrograms, oldPrograms, newTables } = swap;
  await ownSequences(ground, row.staged, database);
  await ownSequences(ground, database, row.before);
  const live = await contentsOf(login, database, moved);
  const drop = { views: true, routines: true, triggers: newTables, events: true };
  await must({ login, sql: dropping(database, live, drop) || 'DO 0' }, moved);
  const { routines, views, triggers, events } = newPrograms;
  await madeAgain(login, database, [routines, views, triggers], moved);
  if (swap.grants.length > 0) await must({ login, sql: swap.grants.join('\n') }, moved);
  await dressOld(ground, row, oldPrograms, report);
  await madeAgain(login, database, [events], moved);
}

/** Columns of `schema` whose default asks a sequence of `other`, from which they came, ask the one beside them. */
async function ownSequences({ login }: Ground, other: string, schema: string): Promise<void> {
  const asks = `nextval(${name(other)}.`;
  const sql = `SELECT TABLE_NAME, COLUMN_NAME, COLUMN_DEFAULT FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA = ${value(schema)} AND LEFT(COLUMN_DEFAULT, CHAR_LENGTH(${value(asks)})) = ${value(asks)}`;
  for (const [table, column, now] of await must({ login, sql }, moved)) {
    const own = (now ?? '').replace(asks, () => `nextval(${name(schema)}.`);
    const change = `ALTER TABLE ${within(schema, table ?? '')} ALTER COLUMN ${name(column ?? '')} SET DEFAULT ${own}`;
    await must({ login, sql: change }, moved);
  }
}

/** Events are not made there: they would act. They stay written down in the record. */
async function dressOld({ login }: Ground, { before }: Row, old: Swap['oldPrograms'], report: Report): Promise<void> {
  const there = await contentsOf(login, before, moved);
  await must({ login, sql: dropping(before, there, { triggers: there.tables }) || 'DO 0' }, moved);
  try {
    await madeAgain(login, before, [old.routines, old.views, old.triggers], moved);
  } catch (error) {
    const why = error instanceof WorkFailed ? error.message : String(error);
    report.line(
      `In ${before} not all views, routines and triggers could be made; they stay written down in backout.restores: ${why}`,
    );
  }
}

/** The swap is what it should be, by what the server shows. */
export async function proveSwapped({ login, database }: Ground, { newTables, counted }: Swap): Promise<Contents> {
  const now = await contentsOf(login, database, moved);
  const missing = newTables.filter((one) => !now.tables.includes(one));
  const strange = now.tables.filter((one) => !newTables.includes(one));
  const wrong = [
    ...(missing.length === 0 ? [] : [`missing ${missing.slice(0, 5).join(', ')}`]),
    ...(strange.length === 0 ? [] : [`left ${strange.slice(0, 5).join(', ')}`]),
    ...(now.views.length === counted.views ? [] : [`${now.views.length} views instead of ${counted.views}`]),
    ...(now.triggers.length === counted.triggers
      ? []
      : [`${now.triggers.length} triggers instead of ${counted.triggers}`]),
    ...(now.procedures.length + now.functions.length === counted.routines ? [] : ['not all routines']),
  ];
  if (wrong.length === 0) return now;
  throw new WorkFailed(`Database ${database} is not what was staged: ${wrong.join('; ')}.`, moved);
}
