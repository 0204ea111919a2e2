/** What stands in a schema. */

import type { Trouble } from '../../support/access.ts';
import type { Rows } from '../../support/query-expect.ts';
import { WorkFailed } from '../../support/work.ts';
import { type Ask, ask } from '../client.ts';
import type { Login } from '../login.ts';
import { name, value } from '../sql-text.ts';

const untouched = 'The old data is as it was.';

/** In the worker trouble is thrown: `runWorker` catches it. `state` says what is true of the data then. */
export async function must(asked: Ask, state = untouched): Promise<Rows> {
  const answer = await ask(asked);
  if (!answer.ok) throw asFailure(answer.error, state);
  return answer.value;
}

export const asFailure = ({ reason, remedy, words }: Trouble, state = untouched): WorkFailed =>
  new WorkFailed(`${reason}.${words === undefined || words === '' ? '' : `\n${words}`}`, `${state} ${remedy}`);

export interface Contents {
  /** Tables and sequences: all that is renamed. */
  readonly tables: readonly string[];
  readonly views: readonly string[];
  readonly procedures: readonly string[];
  readonly functions: readonly string[];
  /** By their table. */
  readonly triggers: readonly { readonly trigger: string; readonly table: string }[];
  readonly events: readonly string[];
  /** Packages and other routines, which are not known here. */
  readonly others: readonly string[];
}

export async function contentsOf(login: Login, schema: string, state?: string): Promise<Contents> {
  const is = value(schema);
  const sql = `SELECT IF(TABLE_TYPE = 'VIEW', 'view', 'table'), TABLE_NAME, '' FROM information_schema.TABLES
  WHERE TABLE_SCHEMA = ${is} AND TABLE_TYPE <> 'TEMPORARY' ORDER BY TABLE_NAME;
SELECT LOWER(ROUTINE_TYPE), ROUTINE_NAME, '' FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${is};
SELECT 'trigger', TRIGGER_NAME, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${is};
SELECT 'event', EVENT_NAME, '' FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${is};`;
  const rows = (await must({ login, sql }, state)).map(([kind, one, of]) => ({ kind, one: one ?? '', of: of ?? '' }));
  const all = (wanted: string) => rows.filter(({ kind }) => kind === wanted).map(({ one }) => one);
  const usual = ['view', 'table', 'procedure', 'function', 'trigger', 'event'];
  return {
    tables: all('table'),
    views: all('view'),
    procedures: all('procedure'),
    functions: all('function'),
    triggers: rows.filter(({ kind }) => kind === 'trigger').map(({ one, of }) => ({ trigger: one, table: of })),
    events: all('event'),
    others: rows.filter(({ kind }) => !usual.includes(kind ?? '')).map(({ one }) => one),
  };
}

export const within = (schema: string, thing: string): string => `${name(schema)}.${name(thing)}`;
