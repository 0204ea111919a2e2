/** Locks of the repository: an exclusive one (prune, check) keeps a restore out, and may be of a restic that is dead. */
import { hostname } from 'node:os';
import * as z from 'zod/mini';
import { stands } from '../../support/durable.ts';
import type { Obstacle } from '../../support/programs.ts';
import { type Asking, restic } from './restic.ts';

const lock = z.object({
  time: z.string(),
  exclusive: z.boolean(),
  hostname: z.string(),
  username: z.string(),
  pid: z.number(),
});
export type Lock = z.infer<typeof lock>;

/** Restic refreshes a lock every five minutes, and takes one of half an hour for stale. */
const staleMs = 1_800_000;

/** A lock that is gone since it was listed is looked for by restic for most of a minute. */
const lookMs = 5_000;

/** Null: nothing keeps a restore out, as far as can be seen. */
export async function lockedOut(asking: Asking): Promise<Obstacle | null> {
  const listed = await restic(asking, ['--no-lock', '--quiet', 'list', 'locks']);
  if (!listed.ok) return listed.error;
  for (const id of listed.value.split('\n').filter((line) => /^[0-9a-f]{64}$/.test(line))) {
    const shown = await restic({ ...asking, timeoutMs: lookMs }, ['--no-lock', '--quiet', 'cat', 'lock', id]);
    // Gone again meanwhile: it was somebody who is done.
    const held = shown.ok ? z.safeParse(lock, jsonOr(shown.value)) : undefined;
    if (held?.success === true && held.data.exclusive) return saying(held.data, Date.now());
  }
  return null;
}

export function saying({ time, hostname: host, username, pid }: Lock, now: number): Obstacle {
  const dead = host === hostname() ? !stands(`/proc/${pid}`) : now - Date.parse(time) > staleMs;
  const who = `process ${pid} of ${username} on ${host} since ${time.slice(0, 19)}`;
  return {
    reason: `The repository is locked by ${who}${dead ? ', which runs no more' : ''}`,
    remedy: dead
      ? 'Remove the stale lock: restic unlock.'
      : 'Wait for its end, or end it; it may be a prune or a check.',
  };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
