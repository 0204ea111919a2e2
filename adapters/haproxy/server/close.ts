/**
 * Closes servers: drain, wait until their sessions have ended, maint, and read back. Repeated after a crash it goes on
 * from how they stand: a server that is in maint already is not drained again.
 */
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext, Performed } from '../../../src/ports/adapter.ts';
import { failedBy, type Trouble, trouble, unproven } from '../../support/access.ts';
import { done } from '../../support/answers.ts';
import { waitFor } from '../../support/wait.ts';
import { type Input, named } from './input.ts';
import { keepAll, meaning, recallAll } from './kept.ts';
import { type Ask, mayChange, runtime, tell } from './runtime.ts';
import { namesOf, type Server, selected } from './servers.ts';

const lookEveryMs = 200;
/** How long ended sessions may take to be gone from the figures. */
const endWithinMs = 5_000;

export async function close(asked: Input, context: AdapterContext): Promise<Performed> {
  const closed = await closing(asked, context);
  return closed.ok ? closed.value : failedBy(closed.error);
}

async function closing(asked: Input, context: AdapterContext): Promise<Result<Performed, Trouble>> {
  const ask = runtime(asked, context);
  const began = performance.now();
  const may = await mayChange(ask);
  if (!may.ok) return may;
  const servers = await selected(ask, asked);
  if (!servers.ok) return servers;
  const kept = recallAll(asked, servers.value, context.folder);
  if (!kept.ok) return kept;
  const meant = meaning(asked, kept.value);
  if (!meant.ok) return meant;
  const safe = keepAll(asked, meant.value, context);
  if (!safe.ok) return safe;
  const drained = await drain(asked, ask, servers.value, context.signal);
  if (!drained.ok) return drained;
  const shut = await toMaint(asked, ask, servers.value, context.signal);
  if (!shut.ok) return shut;
  const took = formatDuration(Math.round(performance.now() - began));
  const names = namesOf(servers.value);
  return ok(
    done(`${named(asked)} in maint after ${took}: ${names}; ${shut.value.said}`, {
      servers: names,
      ...shut.value.counts,
    }),
  );
}

/** Resolves when the sessions have ended or the limit is reached; `toMaint` sees what is left. */
async function drain(
  asked: Input,
  ask: Ask,
  servers: readonly Server[],
  signal: AbortSignal,
): Promise<Result<null, Trouble>> {
  if (asked.drainTimeout === 0) return ok(null);
  for (const { name } of servers.filter(({ state }) => state === 'ready')) {
    const told = await tell(ask, `set server ${asked.backend}/${name} state drain`);
    if (!told.ok) return told;
  }
  await ended(asked, ask, { withinMs: asked.drainTimeout, signal });
  if (!signal.aborted) return ok(null);
  return trouble(
    `HAProxy ${named(asked)}: cancelled while sessions went on`,
    'They take no new sessions (drain) until they are opened again.',
  );
}

/** Undefined where sessions are left at the limit. */
const ended = (asked: Input, ask: Ask, limit: { readonly withinMs: number; readonly signal: AbortSignal }) =>
  waitFor(
    async () => {
      const now = await selected(ask, asked);
      return !now.ok || now.value.every(({ sessions }) => sessions === 0) ? now : undefined;
    },
    { ...limit, everyMs: lookEveryMs },
  );

interface Shut {
  readonly said: string;
  readonly counts: { readonly sessionsLeft: string; readonly sessionsEnded: string };
}

async function toMaint(
  asked: Input,
  ask: Ask,
  servers: readonly Server[],
  signal: AbortSignal,
): Promise<Result<Shut, Trouble>> {
  for (const { name } of servers.filter(({ state }) => state !== 'maint')) {
    const told = await tell(ask, `set server ${asked.backend}/${name} state maint`);
    if (!told.ok) return told;
  }
  const now = await selected(ask, asked);
  if (!now.ok) return now;
  const open = now.value.filter(({ state }) => state !== 'maint');
  if (open.length > 0)
    return unproven(
      `HAProxy took the commands, but ${namesOf(open)} of ${asked.backend} is not in maint`,
      'See what else sets its state.',
    );
  const left = sessionsOf(now.value);
  if (left === 0) return ok({ said: 'no session is left', counts: { sessionsLeft: '0', sessionsEnded: '0' } });
  if (asked.afterDrain === 'end') return endSessions(asked, ask, now.value, signal);
  const said = `${left} sessions go on (\`afterDrain: keep\`)`;
  return ok({ said, counts: { sessionsLeft: String(left), sessionsEnded: '0' } });
}

const sessionsOf = (servers: readonly Server[]): number => servers.reduce((sum, { sessions }) => sum + sessions, 0);

async function endSessions(
  asked: Input,
  ask: Ask,
  servers: readonly Server[],
  signal: AbortSignal,
): Promise<Result<Shut, Trouble>> {
  const busy = servers.filter(({ sessions }) => sessions > 0);
  for (const { name } of busy) {
    const told = await tell(ask, `shutdown sessions server ${asked.backend}/${name}`);
    if (!told.ok) return told;
  }
  const after = await ended(asked, ask, { withinMs: endWithinMs, signal });
  if (after === undefined)
    return unproven(
      `HAProxy ${named(asked)}: in maint, but sessions that were to be ended go on`,
      'See them (show sess), or accept them: `afterDrain: keep`.',
    );
  if (!after.ok) return after;
  const count = sessionsOf(busy);
  const said = `${count} sessions were ended after ${formatDuration(asked.drainTimeout)}`;
  return ok({ said, counts: { sessionsLeft: '0', sessionsEnded: String(count) } });
}
