/**
 * One HTTP exchange. Own code over node:http and not `fetch`, because a health check needs a private certificate
 * authority, a `Host` header, a fresh connection every time, and to know whether a request can have arrived.
 *
 * Owns: the exchange, its time limit, redirects. Does not own: what a good answer is, trying again.
 */

import { readFile } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { formatDuration } from '../../src/kernel/duration.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { isUnanswered, reasonOf } from './reason.ts';

export interface HttpAsk {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
  /** `keep`: a redirect is the answer. */
  readonly redirects: 'keep' | 'follow';
  /** Absolute path of a PEM file to trust instead of the system's authorities. */
  readonly ca: string | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  /** At most `bodyLimit` bytes of it. */
  readonly body: string;
  readonly bodyCut: boolean;
  /** From the request to the last byte read. */
  readonly ms: number;
}

export interface HttpTrouble {
  readonly reason: string;
  /** The request may have reached the server. */
  readonly sent: boolean;
  readonly cancelled: boolean;
  /** Refused, cut or too late; else the request itself was wrong, or the other side is not trusted. */
  readonly unanswered: boolean;
}

export const bodyLimit = 1_048_576;
const redirectLimit = 5;
const redirectStatus: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export async function exchange(ask: HttpAsk): Promise<Result<HttpReply, HttpTrouble>> {
  const started = performance.now();
  const limit = AbortSignal.timeout(ask.timeoutMs);
  const signal = AbortSignal.any([ask.signal, limit]);
  const connection = { made: false };
  try {
    const ca = ask.ca === null ? undefined : await readFile(ask.ca, 'utf8');
    const reply = await follow({ ...ask, signal }, ca, connection);
    return ok({ ...reply, ms: Math.round(performance.now() - started) });
  } catch (error) {
    const cancelled = ask.signal.aborted;
    const late = `no complete answer within ${formatDuration(ask.timeoutMs)}`;
    const reason = cancelled ? 'cancelled' : limit.aborted ? late : reasonOf(error);
    return err({ reason, sent: connection.made, cancelled, unanswered: limit.aborted || isUnanswered(error) });
  }
}

type Reply = Omit<HttpReply, 'ms'>;

async function follow(ask: HttpAsk, ca: string | undefined, connection: { made: boolean }): Promise<Reply> {
  let current = ask;
  for (let hop = 0; ; hop += 1) {
    const reply = await once(current, ca, connection);
    const location = reply.headers.location;
    if (ask.redirects === 'keep' || !redirectStatus.has(reply.status) || location === undefined) return reply;
    if (hop === redirectLimit) throw new Error(`more than ${redirectLimit} redirects, the last one to ${location}`);
    current = redirected(current, reply.status, location);
  }
}

/** As browsers do: 303 (and a POST's 301 and 302) become GET; credentials stay with their origin. */
function redirected(ask: HttpAsk, status: number, location: string): HttpAsk {
  const url = new URL(location, ask.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`redirected to ${url.protocol}, not followed`);
  const toGet = ask.method !== 'HEAD' && (status === 303 || (status < 303 && ask.method === 'POST'));
  const sameOrigin = url.origin === new URL(ask.url).origin;
  const headers = sameOrigin ? ask.headers : {};
  return { ...ask, url: url.href, headers, ...(toGet ? { method: 'GET', body: null } : {}) };
}

async function once(ask: HttpAsk, ca: string | undefined, connection: { made: boolean }): Promise<Reply> {
  const secure = new URL(ask.url).protocol === 'https:';
  const { request } = secure ? await import('node:https') : await import('node:http');
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const options = {
    method: ask.method,
    headers: { 'user-agent': 'backout', accept: '*/*', 'accept-encoding': 'identity', ...ask.headers },
    agent: false as const,
    signal: ask.signal,
    ...(ca === undefined ? {} : { ca }),
  };
  const asked: ClientRequest = request(ask.url, options, (answer) => {
    readAnswer(answer).then(resolve, reject);
  });
  asked.once('socket', (socket) =>
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      connection.made = true;
    }),
  );
  asked.once('error', reject);
  asked.end(ask.body ?? undefined);
  return promise;
}

async function readAnswer(answer: IncomingMessage): Promise<Reply> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > bodyLimit) break;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const body = Buffer.concat(parts).subarray(0, bodyLimit).toString('utf8');
  return { status: answer.statusCode ?? 0, headers, body, bodyCut: size > bodyLimit };
}
