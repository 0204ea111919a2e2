/**
 * HAProxy's runtime socket: one command a connection. It answers nothing where a command did what it should, and a
 * sentence where it did not: that alone is never believed, what stands is read back (`servers.ts`).
 */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { reasonOf } from '../../support/reason.ts';
import { addressOf, type Input } from './input.ts';

const answerWithinMs = 10_000;

export type Ask = (command: string) => Promise<Result<string, Trouble>>;

/** `command` holds only names that the schema has passed and words of ours: no `;`, no line end. */
export function runtime(asked: Input, { folder, signal }: Pick<AdapterContext, 'folder' | 'signal'>): Ask {
  return async (command) => {
    const limit = AbortSignal.timeout(answerWithinMs);
    const answer = await say(asked, folder, command, AbortSignal.any([signal, limit]));
    if (answer.ok) return answer;
    if (signal.aborted) return trouble(`HAProxy at ${asked.socket}: cancelled`, 'Try again.');
    const reason = limit.aborted ? `no answer within ${answerWithinMs / 1_000} s` : reasonOf(answer.error);
    return trouble(`HAProxy at ${asked.socket}: ${reason}`, remedyFor(reason));
  };
}

async function say(
  asked: Input,
  folder: string,
  command: string,
  signal: AbortSignal,
): Promise<Result<string, unknown>> {
  const socket = connect({ ...addressOf(asked, folder), signal });
  try {
    const failed = new Promise<never>((_, reject) => socket.once('error', reject));
    failed.catch(() => undefined);
    socket.write(`${command}\n`);
    return ok((await Promise.race([text(socket), failed])).trim());
  } catch (error) {
    return err(error);
  } finally {
    socket.destroy();
  }
}

function remedyFor(reason: string): string {
  if (reason.includes('EACCES'))
    return 'Run as a user that may write to the socket: `user`, `group` and `mode` of its line `stats socket`.';
  return 'See that HAProxy runs, and that its line `stats socket` names this socket; or correct `socket`.';
}

/** Sends a command that changes something; any words are a refusal. */
export async function tell(ask: Ask, command: string): Promise<Result<null, Trouble>> {
  const answer = await ask(command);
  if (!answer.ok) return answer;
  if (answer.value === '') return ok(null);
  const denied = answer.value.includes('Permission denied');
  return trouble(
    `HAProxy refused \`${command}\`: ${answer.value}`,
    denied ? adminRemedy : 'Correct the cause, then try again.',
  );
}

const adminRemedy = 'Give the socket `level admin` on its line `stats socket`, or name another one in `socket`.';

const leastMajor = 2;

/** Reads only: what HAProxy it is, and whether anything may be changed through this socket. */
export async function mayChange(ask: Ask): Promise<Result<string, Trouble>> {
  const info = await ask('show info');
  if (!info.ok) return info;
  const version = /^Version: (\S+)/m.exec(info.value)?.[1];
  if (version === undefined) return trouble('What answers at the socket is not HAProxy', 'Correct `socket`.');
  if (Number.parseInt(version, 10) < leastMajor)
    return trouble(`HAProxy is ${version}, older than ${leastMajor}.0`, 'Update it.');
  const level = await ask('show cli level');
  if (!level.ok) return level;
  if (level.value === 'admin') return ok(`HAProxy ${version}, socket of level admin`);
  return trouble(`The socket has the level ${level.value}, so nothing may be changed`, adminRemedy);
}
