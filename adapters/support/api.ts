/**
 * One call of a JSON API: what came back, or why not, whether it may have been taken, and whether to try again.
 * An address may be a secret (a webhook's): it appears in no reason.
 */
import { resolve } from 'node:path';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { retryAfterMs, type Stumble } from './again.ts';
import { exchange, type HttpReply, type HttpTrouble } from './http-client.ts';
import { oneLine } from './reason.ts';
import { whyUnreadable } from './unreadable.ts';

export interface Ask {
  readonly method: 'HEAD' | 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  /** Undefined: no body. */
  readonly json?: unknown;
}

/** What a step says about its connections. */
export interface Line {
  readonly ca?: string | undefined;
  readonly timeout: number;
}

export interface Answer {
  readonly status: number;
  /** Parsed; undefined where it is not JSON. */
  readonly json: unknown;
  readonly text: string;
}

export interface Refusal extends Stumble {
  /** Null: there was no answer. */
  readonly status: number | null;
  /** The receiver may have acted on it all the same. */
  readonly doubtful: boolean;
}

/** Any status of 2xx is an answer; what it means is for the caller to say. */
export async function call(ask: Ask, line: Line, context: AdapterContext): Promise<Result<Answer, Refusal>> {
  const ca = line.ca === undefined ? null : resolve(context.folder, line.ca);
  const unreadable = ca === null ? undefined : await whyUnreadable(ca);
  if (unreadable !== undefined) return err({ ...nothingSent, reason: `\`ca\` ${ca}: ${unreadable}` });
  const answer = await exchange({
    method: ask.method,
    url: ask.url,
    headers: {
      accept: 'application/json',
      ...(ask.json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...ask.headers,
    },
    body: ask.json === undefined ? null : JSON.stringify(ask.json),
    redirects: 'keep',
    ca,
    timeoutMs: line.timeout,
    signal: context.signal,
  });
  if (!answer.ok) return err(unanswered(ask, answer.error));
  const { status, body } = answer.value;
  if (status >= 200 && status < 300) return ok({ status, json: parsed(body), text: body });
  return err(refusalOf(answer.value));
}

const nothingSent = { again: false, retryAfterMs: null, status: null, doubtful: false };

function unanswered({ method }: Ask, { reason, sent, cancelled }: HttpTrouble): Refusal {
  const doubtful = sent && method !== 'GET' && method !== 'HEAD';
  const doubt = doubtful ? ' (it may have been taken)' : '';
  return { ...nothingSent, reason: reason + doubt, again: !cancelled, doubtful };
}

/** 420: what Statuspage says for 429. */
const notNow: ReadonlySet<number> = new Set([408, 420, 425, 429]);

function refusalOf({ status, body, headers }: HttpReply): Refusal {
  const words = oneLine(body).slice(0, 300);
  return {
    reason: `status ${status}${words === '' ? '' : `: ${words}`}`,
    again: notNow.has(status) || status >= 500,
    retryAfterMs: retryAfterMs(headers['retry-after'], Date.now()),
    status,
    doubtful: status >= 500,
  };
}

/** A 2xx whose content says that it was refused. */
export function refusedInside(reason: string, again: boolean): Refusal {
  return { reason, again, retryAfterMs: null, status: 200, doubtful: false };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
