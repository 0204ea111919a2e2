import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { call, type Refusal, refusedInside } from '../support/api.ts';
import type { Input } from './input.ts';

const taken = z.looseObject({ status: z.literal('success') });

/** PagerDuty takes an event with 202 and `status: success`. */
export async function enqueue(event: unknown, asked: Input, context: AdapterContext): Promise<Result<null, Refusal>> {
  const answer = await call({ method: 'POST', url: asked.url, headers: {}, json: event }, asked, context);
  if (!answer.ok) return answer;
  if (z.safeParse(taken, answer.value.json).success) return ok(null);
  const words = JSON.stringify(answer.value.text.slice(0, 200));
  return err(refusedInside(`it answered ${words}, and not that it took the event`, false));
}
