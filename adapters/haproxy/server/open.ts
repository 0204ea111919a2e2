/** Opens servers: each as its marker says it was, proven, and only then the markers are removed. */
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext, Performed } from '../../../src/ports/adapter.ts';
import { failedBy, type Trouble, unproven } from '../../support/access.ts';
import { done } from '../../support/answers.ts';
import { waitFor } from '../../support/wait.ts';
import { type Input, named } from './input.ts';
import { forgetAll, type Kept, meaning, type Previous, recallAll } from './kept.ts';
import { type Ask, mayChange, runtime, tell } from './runtime.ts';
import { isUp, namesOf, type Server, selected } from './servers.ts';

const lookEveryMs = 200;

export async function open(asked: Input, context: AdapterContext): Promise<Performed> {
  const opened = await opening(asked, context);
  return opened.ok ? opened.value : failedBy(opened.error);
}

async function opening(asked: Input, context: AdapterContext): Promise<Result<Performed, Trouble>> {
  const ask = runtime(asked, context);
  const may = await mayChange(ask);
  if (!may.ok) return may;
  const servers = await selected(ask, asked);
  if (!servers.ok) return servers;
  const kept = recallAll(asked, servers.value, context.folder);
  if (!kept.ok) return kept;
  const meant = meaning(asked, kept.value);
  if (!meant.ok) return meant;
  for (const { server, previous } of meant.value) {
    const back = await putBack(asked, ask, server, previous);
    if (!back.ok) return back;
  }
  const proven = await prove(asked, ask, meant.value, context.signal);
  if (!proven.ok) return proven;
  forgetAll(asked, servers.value, context.folder);
  const before = kept.value.every(({ previous, server }) => previous === undefined && server.state === 'ready');
  const as = proven.value.map(({ name, state, weight }) => `${name} ${state} (weight ${weight})`).join(', ');
  const already = before ? 'was open already, without a marker' : 'as before it was closed';
  return ok(done(`${named(asked)} ${already}: ${as}`, { servers: namesOf(proven.value) }));
}

/** The weight first: no session comes with the wrong one. */
async function putBack(asked: Input, ask: Ask, server: Server, previous: Previous): Promise<Result<null, Trouble>> {
  const of = `set server ${asked.backend}/${server.name}`;
  if (server.weight !== previous.weight) {
    const told = await tell(ask, `${of} weight ${previous.weight}`);
    if (!told.ok) return told;
  }
  return server.state === previous.state ? ok(null) : tell(ask, `${of} state ${previous.state}`);
}

type Meant = readonly (Kept & { readonly previous: Previous })[];

async function prove(
  asked: Input,
  ask: Ask,
  meant: Meant,
  signal: AbortSignal,
): Promise<Result<readonly Server[], Trouble>> {
  const look = async () => {
    const now = await selected(ask, asked);
    if (!now.ok) return now;
    return faultIn(now.value, meant) === undefined ? now : undefined;
  };
  const good = await waitFor(look, { withinMs: asked.within, everyMs: lookEveryMs, signal });
  if (good !== undefined) return good;
  const now = await selected(ask, asked);
  if (!now.ok) return now;
  const fault = faultIn(now.value, meant) ?? 'it was up too late';
  return unproven(
    `HAProxy ${named(asked)}: ${fault}`,
    'See to it, then try again: the markers are kept, so it may be repeated.',
  );
}

/** Undefined: every server is as it was. One that was down before it was closed need not be up. */
function faultIn(now: readonly Server[], meant: Meant): string | undefined {
  for (const { server, previous } of meant) {
    const found = now.find(({ name }) => name === server.name);
    if (found === undefined) return `server ${server.name} is gone`;
    if (found.state !== previous.state) return `server ${server.name} is in ${found.state}, not in ${previous.state}`;
    if (found.weight !== previous.weight)
      return `server ${server.name} has weight ${found.weight}, not ${previous.weight}`;
    if (previous.state === 'ready' && previous.up && !isUp(found))
      return `server ${server.name} is ready, but its health check says ${found.status}`;
  }
  return undefined;
}
