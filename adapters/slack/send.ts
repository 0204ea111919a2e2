/** The two ways into Slack. Slack says no with status 200 too: `ok: false`. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { sha256 } from '../../src/kernel/sha256.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { type Answer, call, type Refusal, refusedInside } from '../support/api.ts';
import type { Rendered } from '../support/message.ts';
import type { Input } from './input.ts';
import { payload } from './payload.ts';

export interface Posted {
  readonly detail: string;
  /** The message's timestamp, which is its id in the channel. Null: a webhook does not tell. */
  readonly ts: string | null;
}

/** An incoming webhook answers `ok`, as text. */
export async function postToWebhook(
  url: string,
  rendered: Rendered,
  asked: Input,
  context: AdapterContext,
): Promise<Result<Posted, Refusal>> {
  const answer = await call({ method: 'POST', url, headers: {}, json: payload(rendered) }, asked, context);
  if (!answer.ok) return answer;
  const words = answer.value.text.trim();
  if (words === 'ok') return ok({ detail: 'posted', ts: null });
  return err(refusedInside(`it answered ${JSON.stringify(words.slice(0, 200))}, and not ok`, false));
}

const verdict = z.looseObject({ ok: z.boolean(), error: z.optional(z.string()), ts: z.optional(z.string()) });

/** What may pass by itself; everything else is refused again the next time. */
const passing: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

export async function postMessage(
  token: string,
  rendered: Rendered,
  asked: Input,
  context: AdapterContext,
): Promise<Result<Posted, Refusal>> {
  const json = {
    channel: asked.channel,
    ...payload(rendered),
    unfurl_links: false,
    unfurl_media: false,
    client_msg_id: messageId(context.key),
    metadata: { event_type: 'backout_message', event_payload: { key: context.key } },
  };
  const answer = await method('chat.postMessage', token, json, asked, context);
  if (answer.ok) return ok({ detail: `posted to ${asked.channel}`, ts: answer.value.ts ?? null });
  // Slack had it already, and somebody has deleted it since.
  if (!answer.error.reason.startsWith('duplicate_message_not_found')) return answer;
  return ok({ detail: `posted to ${asked.channel} before, and deleted there since`, ts: null });
}

/** Does the token work? Posts nothing. */
export const tryToken = (token: string, asked: Input, context: AdapterContext) =>
  method('auth.test', token, {}, asked, context);

async function method(
  name: string,
  token: string,
  json: unknown,
  asked: Input,
  context: AdapterContext,
): Promise<Result<z.infer<typeof verdict>, Refusal>> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await call({ method: 'POST', url: `${asked.baseUrl}/${name}`, headers, json }, asked, context);
  return answer.ok ? judged(answer.value) : answer;
}

function judged({ json, text }: Answer): Result<z.infer<typeof verdict>, Refusal> {
  const said = z.safeParse(verdict, json);
  if (!said.success) {
    return err(refusedInside(`the answer is not Slack's: ${JSON.stringify(text.slice(0, 200))}`, false));
  }
  if (said.data.ok) return ok(said.data);
  const reason = said.data.error ?? 'it gave no reason';
  return err(refusedInside(reason, passing.has(reason)));
}

/** A UUID made of the key: Slack takes a second message with the same one for the first. */
export function messageId(key: string): string {
  const hex = sha256(`slack ${key}`);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}
