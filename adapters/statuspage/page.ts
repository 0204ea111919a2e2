/** What Statuspage is asked. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { type Ask, call, type Refusal, refusedInside } from '../support/api.ts';
import type { Rendered } from '../support/message.ts';
import { documentOf, type Incident, incident, incidentOf, notAsAsked, wasSent } from './incident.ts';
import type { Input } from './input.ts';

/** The newest ones: few, since each may be long, and one that is being worked on is among them. */
const looked = 25;
const mostComponents = 100;

export interface Told {
  readonly incident: Incident;
  readonly how: 'opened' | 'updated' | 'told before';
}

/** Looks first, so that neither a second incident nor a second update is made. */
export async function tell(asked: Input, rendered: Rendered, context: AdapterContext): Promise<Result<Told, Refusal>> {
  const looking = await findIncident(asked, context);
  if (!looking.ok) return looking;
  const found = looking.value;
  if (found !== undefined && wasSent(found, context.key)) return ok({ incident: found, how: 'told before' });
  const json = documentOf(asked, rendered, context.key, found);
  const written = await (found === undefined
    ? ask({ method: 'POST', url: '/incidents', json }, incident, asked, context)
    : ask({ method: 'PATCH', url: `/incidents/${found.id}`, json }, incident, asked, context));
  if (!written.ok) return written;
  const fault = notAsAsked(written.value, asked);
  if (fault !== undefined) return err(refusedInside(fault, false));
  return ok({ incident: written.value, how: found === undefined ? 'opened' : 'updated' });
}

export async function findIncident(
  asked: Input,
  context: AdapterContext,
): Promise<Result<Incident | undefined, Refusal>> {
  const query = `/incidents?limit=${looked}&page=1`;
  const all = await ask({ method: 'GET', url: query }, z.array(incident), asked, context);
  return all.ok ? ok(incidentOf(all.value, asked)) : all;
}

const named = z.looseObject({ id: z.string(), name: z.string() });
export const findPage = (asked: Input, context: AdapterContext) =>
  ask({ method: 'GET', url: '' }, named, asked, context);
export const findComponents = (asked: Input, context: AdapterContext) =>
  ask({ method: 'GET', url: `/components?page=1&per_page=${mostComponents}` }, z.array(named), asked, context);

async function ask<T>(
  { method, url, json }: Omit<Ask, 'headers'>,
  shape: z.ZodMiniType<T>,
  asked: Input,
  context: AdapterContext,
): Promise<Result<T, Refusal>> {
  const headers = { authorization: `OAuth ${asked.token}` };
  const whole = `${asked.baseUrl}/v1/pages/${asked.page}${url}`;
  const answer = await call({ method, url: whole, headers, json }, asked, context);
  if (!answer.ok) return answer;
  const parsed = z.safeParse(shape, answer.value.json);
  if (parsed.success) return ok(parsed.data);
  return err(
    refusedInside(`the answer is not Statuspage's: ${JSON.stringify(answer.value.text.slice(0, 200))}`, false),
  );
}
