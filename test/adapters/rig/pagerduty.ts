/** PagerDuty's Events API v2 as its documentation says it answers. */
import * as z from 'zod/mini';
import { asDocumented, type Before, receiver } from './receiver.ts';
import type { Answer, Heard } from './servers.ts';

const key = z.string().check(z.minLength(1), z.maxLength(255));
const common = { routing_key: z.string().check(z.regex(/^[A-Za-z0-9]{32}$/)), dedup_key: key };
const trigger = z.strictObject({
  ...common,
  event_action: z.literal('trigger'),
  client: z.optional(z.string()),
  client_url: z.optional(z.string()),
  payload: z.strictObject({
    summary: z.string().check(z.minLength(1), z.maxLength(1_024)),
    source: z.string().check(z.minLength(1)),
    severity: z.enum(['critical', 'error', 'warning', 'info']),
    timestamp: z.optional(z.string()),
    component: z.optional(z.string()),
    group: z.optional(z.string()),
    class: z.optional(z.string()),
    custom_details: z.optional(z.record(z.string(), z.string())),
  }),
});
const followUp = z.strictObject({ ...common, event_action: z.enum(['acknowledge', 'resolve']) });
const event = z.discriminatedUnion('event_action', [trigger, followUp]);
const sizeLimit = 512 * 1_024;

export type PagerEvent = z.infer<typeof event>;
export const routingKey = 'R0UT1NGKEY0123456789abcdefABCDEF';

export async function pagerduty(before: Before = asDocumented) {
  const events: PagerEvent[] = [];
  /** Open alerts: how many triggers each has had. */
  const alerts = new Map<string, number>();
  const server = await receiver(before, answer);

  function answer({ method, url, headers, body }: Heard): ReturnType<Answer> {
    if (method !== 'POST' || url !== '/v2/enqueue') return { status: 404 };
    if (!/^application\/json/.test(String(headers['content-type']))) return invalid('not JSON');
    const parsed = z.safeParse(event, JSON.parse(body));
    if (!parsed.success || Buffer.byteLength(body) > sizeLimit) return invalid(parsed.error?.message ?? 'too large');
    if (parsed.data.routing_key !== routingKey) return invalid('Invalid routing key');
    events.push(parsed.data);
    note(parsed.data);
    return said(202, { status: 'success', message: 'Event processed', dedup_key: parsed.data.dedup_key });
  }

  function note({ event_action: action, dedup_key: alert }: PagerEvent): void {
    if (action === 'trigger') alerts.set(alert, (alerts.get(alert) ?? 0) + 1);
    if (action === 'resolve') alerts.delete(alert);
  }

  return { ...server, events, alerts, enqueue: `http://127.0.0.1:${server.port}/v2/enqueue` };
}

const invalid = (why: string) =>
  said(400, { status: 'invalid event', message: 'Event object is invalid', errors: [why] });
const said = (status: number, answer: object): ReturnType<Answer> => ({ status, body: JSON.stringify(answer) });
