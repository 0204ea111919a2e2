/** What the Table API is asked. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { type Ask, call, type Refusal, refusedInside } from '../support/api.ts';
import type { Rendered } from '../support/message.ts';
import type { Input } from './input.ts';
import {
  type Columns,
  correlationOf,
  isMeant,
  missingColumns,
  newColumns,
  notAsAsked,
  record,
  type ServiceRecord,
} from './record.ts';

export interface Told {
  readonly record: ServiceRecord;
  readonly how: 'opened' | 'updated' | 'told before';
}

/** Looks first, so that nothing is opened or noted twice; and again afterwards, to see that it is there. */
export async function tell(asked: Input, rendered: Rendered, context: AdapterContext): Promise<Result<Told, Refusal>> {
  const looked = await findRecord(asked, context);
  if (!looked.ok) return looked;
  const found = looked.value;
  if (found === undefined) return open(asked, rendered, context);
  if (asked.number === undefined) return ok({ record: found, how: 'told before' });
  const columns = missingColumns(found, asked, rendered);
  if (Object.keys(columns).length === 0) return ok({ record: found, how: 'told before' });
  const written = await write('PATCH', `/${found.sys_id.value}`, columns, asked, context);
  return written.ok ? shown(asked, rendered, context) : written;
}

async function shown(asked: Input, rendered: Rendered, context: AdapterContext): Promise<Result<Told, Refusal>> {
  const looked = await findRecord(asked, context);
  if (!looked.ok) return looked;
  if (looked.value === undefined) return err(refusedInside(`${asked.number} is not there any more`, false));
  const fault = notAsAsked(looked.value, asked, rendered);
  return fault === undefined ? ok({ record: looked.value, how: 'updated' }) : err(refusedInside(fault, false));
}

async function open(asked: Input, rendered: Rendered, context: AdapterContext): Promise<Result<Told, Refusal>> {
  if (asked.number !== undefined) {
    const reason = `there is no ${asked.number} in ${asked.table}, or this account may not see it`;
    return err(refusedInside(reason, false));
  }
  const opened = await write('POST', '', newColumns(asked, rendered, context.key), asked, context);
  return opened.ok ? ok({ record: opened.value, how: 'opened' }) : opened;
}

const found = z.looseObject({ result: z.array(record) });
const written = z.looseObject({ result: record });
const columnsRead = 'sys_id,number,state,close_code,work_notes,comments,correlation_id';
const form = `sysparm_display_value=all&sysparm_exclude_reference_link=true&sysparm_fields=${columnsRead}`;

/** The record by its number, or the incident that this very message has opened. Undefined: there is none. */
export async function findRecord(
  asked: Input,
  context: AdapterContext,
): Promise<Result<ServiceRecord | undefined, Refusal>> {
  const { number } = asked;
  const query = number === undefined ? `correlation_id=${correlationOf(context.key)}` : `number=${number}`;
  const path = `?sysparm_query=${encodeURIComponent(query)}&sysparm_limit=1&${form}`;
  const answer = await ask({ method: 'GET', url: path }, found, asked, context);
  if (!answer.ok) return answer;
  const [first] = answer.value.result;
  return ok(first !== undefined && isMeant(first, asked, context.key) ? first : undefined);
}

async function write(
  method: 'POST' | 'PATCH',
  path: string,
  columns: Columns,
  asked: Input,
  context: AdapterContext,
): Promise<Result<ServiceRecord, Refusal>> {
  const answer = await ask({ method, url: `${path}?${form}`, json: columns }, written, asked, context);
  return answer.ok ? ok(answer.value.result) : answer;
}

async function ask<T>(
  { method, url, json }: Omit<Ask, 'headers'>,
  shape: z.ZodMiniType<T>,
  asked: Input,
  context: AdapterContext,
): Promise<Result<T, Refusal>> {
  const { user, password, token } = asked;
  const login = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const headers = { authorization: token === undefined ? login : `Bearer ${token}` };
  const whole = `${asked.baseUrl}/api/now/table/${asked.table}${url}`;
  const answer = await call({ method, url: whole, headers, json }, asked, context);
  if (!answer.ok) return answer;
  const parsed = z.safeParse(shape, answer.value.json);
  if (parsed.success) return ok(parsed.data);
  // A sleeping developer instance and a login page answer with 200 and HTML.
  return err(
    refusedInside(`the answer is not the Table API's: ${JSON.stringify(answer.value.text.slice(0, 200))}`, false),
  );
}
