/** A stop by SIGTERM: the work unwinds by itself, and what it has changed is undone before KILL comes. */
import type { Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { WorkFailed } from '../../support/work.ts';
import type { Redis } from '../client.ts';

/** A hurried stop sends KILL 4 s after TERM: what undoes must be through by then. */
export const undoWithinMs = 3_000;

/** Gives `work` a signal for SIGTERM, which then no longer ends this process by itself. */
export async function untilTold<T>(work: (told: AbortSignal) => Promise<T>): Promise<T> {
  const told = new AbortController();
  const tell = () => told.abort();
  process.on('SIGTERM', tell);
  try {
    return await work(told.signal);
  } finally {
    process.off('SIGTERM', tell);
  }
}

/** The same connection until `told`: then nothing more is sent by it, and no answer is waited for. */
export function heed(redis: Redis, told: AbortSignal): Redis {
  const refused = trouble(`${redis.name} is no longer asked`, 'This process was told to end.');
  const call: Redis['call'] = (...args) => {
    if (told.aborted) return Promise.resolve(refused);
    const { promise, resolve } = Promise.withResolvers<typeof refused>();
    const stop = () => resolve(refused);
    told.addEventListener('abort', stop, { once: true });
    return Promise.race([redis.call(...args), promise]).finally(() => told.removeEventListener('abort', stop));
  };
  return { ...redis, call };
}

/** A failure that a stop has caused is said as that stop; others stay what they are. */
export async function orStopped<T>(told: AbortSignal, work: Promise<T>, stands: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!told.aborted || error instanceof Stopped) throw error;
    throw new Stopped('Stopped.', stands, { cause: error });
  }
}

/** Says already what stands. */
export class Stopped extends WorkFailed {}

/** Opens a connection; a stop ends the opening alone, not what is open: by that it is undone. */
export async function openUnless(
  told: AbortSignal,
  open: (signal: AbortSignal) => Promise<Result<Redis, Trouble>>,
): Promise<Result<Redis, Trouble>> {
  const opening = new AbortController();
  const quit = () => opening.abort();
  told.addEventListener('abort', quit, { once: true });
  const opened = await open(opening.signal);
  told.removeEventListener('abort', quit);
  return opened;
}
