/**
 * One connection to a Redis server. Own code and not redis-cli: a check needs no program then, and a refusal is told
 * from an answer. Owns: the connection, logging in, one command after the other.
 */
import { connect, type Socket } from 'node:net';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { type Trouble, trouble } from '../support/access.ts';
import { reasonOf } from '../support/reason.ts';
import type { Login } from './login.ts';
import { commandBytes, isRefusal, type Reply, readReply } from './reply.ts';

export interface Redis {
  readonly name: string;
  /** The address that the server sees this client come from; null by a socket. */
  readonly localAddress: string | null;
  /** A refusal is trouble, with the server's word (`NOAUTH`) first in `words`. */
  call(...args: readonly string[]): Promise<Result<Reply, Trouble>>;
  close(): void;
}

export async function openRedis(login: Login, signal: AbortSignal): Promise<Result<Redis, Trouble>> {
  const { at, name, username, password } = login;
  const socket = connect({ ...at, signal, noDelay: true });
  const redis = talkOver(socket, name);
  const greeting = password === null ? ['PING'] : ['AUTH', ...(username === null ? [] : [username]), password];
  const greeted = await redis.call(...greeting);
  if (greeted.ok || wordOf(greeted.error) === 'LOADING' || wordOf(greeted.error) === 'MASTERDOWN') return ok(redis);
  redis.close();
  return greeted;
}

interface Waiting {
  readonly resolve: (reply: Result<Reply, Trouble>) => void;
}

function talkOver(socket: Socket, name: string): Redis {
  const waiting: Waiting[] = [];
  let heard: Buffer = Buffer.alloc(0);
  let over: Result<never, Trouble> | undefined;
  const fail = (error: unknown) => {
    const remedy = 'See that the server runs and can be reached; correct `host`, `port` or `socket`.';
    over ??= trouble(`${name}: ${reasonOf(error)}`, remedy);
    for (const one of waiting.splice(0)) one.resolve(over);
    socket.destroy();
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (part: Buffer) => {
    heard = heard.length === 0 ? part : Buffer.concat([heard, part]);
    try {
      for (let read = readReply(heard); read !== undefined; read = readReply(heard)) {
        heard = heard.subarray(read.next);
        waiting.shift()?.resolve(resultOf(name, read.reply));
      }
    } catch (error) {
      fail(error);
    }
  });
  return {
    name,
    get localAddress() {
      return socket.localAddress ?? null;
    },
    call: (...args) =>
      new Promise((resolve) => {
        if (over !== undefined) return resolve(over);
        waiting.push({ resolve });
        socket.write(commandBytes(args));
      }),
    close: () => socket.destroy(),
  };
}

function resultOf(name: string, reply: Reply): Result<Reply, Trouble> {
  return isRefusal(reply) ? err(refusalOf(name, reply.refused)) : ok(reply);
}

function refusalOf(name: string, refused: string): Trouble {
  const word = refused.split(' ')[0] ?? '';
  // A sentence for those who say the remedy after it.
  return { reason: `${name}: ${refused.replace(/\.$/, '')}`, remedy: remedyFor(word), words: refused };
}

function remedyFor(word: string): string {
  switch (word) {
    case 'NOAUTH':
    case 'WRONGPASS':
      return 'Correct `password` (and `username`).';
    case 'NOPERM':
      return 'Give the user this right (ACL SETUSER), or log in as one that has it.';
    case 'LOADING':
      return 'It loads its data: wait until it has.';
    default:
      return 'Remove the cause, then try again.';
  }
}

/** The first word of a refusal, e.g. `LOADING`; undefined where the server did not refuse. */
export const wordOf = ({ words }: Trouble): string | undefined => words?.split(' ')[0];

/** INFO as fields, all sections that were asked for. */
export async function infoOf(redis: Redis, ...sections: readonly string[]): Promise<Result<Info, Trouble>> {
  const fields = new Map<string, string>();
  for (const section of sections) {
    const answer = await redis.call('INFO', section);
    if (!answer.ok) return answer;
    for (const line of String(answer.value).split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
    }
  }
  return ok(fields);
}

export type Info = ReadonlyMap<string, string>;

/** Keys by database (`db0`), from INFO keyspace. */
export function keysIn(info: Info): ReadonlyMap<string, number> {
  const found = [...info].filter(([name]) => /^db\d+$/.test(name));
  return new Map(found.map(([name, said]) => [name, Number(/keys=(\d+)/.exec(said)?.[1] ?? 0)]));
}

export const allKeys = (info: Info): number => [...keysIn(info).values()].reduce((sum, one) => sum + one, 0);
