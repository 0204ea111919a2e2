/** A marker for each server: what it was before it was first closed. */
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { keep, type MarkerPlace, recall, type Trouble, trouble } from '../../support/access.ts';
import { removeMarker } from '../../support/marker.ts';
import { type Input, markerPath, named } from './input.ts';
import type { Server } from './servers.ts';

const previous = z.strictObject({
  state: z.enum(['ready', 'drain', 'maint']),
  weight: z.int().check(z.minimum(0), z.maximum(256)),
  /** Its health check, where it has one, was good. */
  up: z.boolean(),
});
export type Previous = z.infer<typeof previous>;

export interface Kept {
  readonly server: Server;
  /** Undefined: no marker. */
  readonly previous: Previous | undefined;
}

function placeOf(asked: Input, server: string, folder: string): MarkerPlace<Previous> {
  const what = `server ${server} of backend ${asked.backend}`;
  return { path: markerPath(asked, server, folder), adapter: 'haproxy/server', what, previous };
}

export function recallAll(asked: Input, servers: readonly Server[], folder: string): Result<readonly Kept[], Trouble> {
  const kept: Kept[] = [];
  for (const server of servers) {
    const found = recall(placeOf(asked, server.name, folder));
    if (!found.ok) return found;
    kept.push({ server, previous: found.value });
  }
  return ok(kept);
}

/**
 * What open means, for each server: its marker, or how it stands. Where all of them are closed and one has no marker,
 * nobody knows, and `previous` has to say it. A closed one among open ones (a server under repair) stays closed.
 */
export function meaning(
  asked: Input,
  kept: readonly Kept[],
): Result<readonly (Kept & { previous: Previous })[], Trouble> {
  const asks = kept.every(({ server }) => server.state !== 'ready');
  const unknown = kept.filter((one) => one.previous === undefined);
  if (asks && unknown.length > 0 && asked.previous === undefined) return nobodyKnows(asked, unknown);
  const stated = asks ? asked.previous : undefined;
  return ok(kept.map((one) => ({ ...one, previous: one.previous ?? asFound(one.server, stated) })));
}

function asFound(server: Server, stated: Previous['state'] | undefined): Previous {
  const { weight } = server;
  if (server.state !== 'ready') return { state: stated ?? server.state, weight, up: stated === 'ready' };
  return { state: 'ready', weight, up: server.status.startsWith('UP') || server.status === 'no check' };
}

function nobodyKnows(asked: Input, unknown: readonly Kept[]): Result<never, Trouble> {
  const found = unknown.map(({ server }) => `${server.name} in ${server.state}`).join(', ');
  return trouble(
    `HAProxy ${named(asked)}: found closed (${found}), and no marker says what open means`,
    'Say it in the step: `previous: ready` (or drain, or maint).',
  );
}

/** All are durable before anything is closed. */
export function keepAll(
  asked: Input,
  meant: readonly (Kept & { previous: Previous })[],
  { folder, key }: { readonly folder: string; readonly key: string },
): Result<null, Trouble> {
  for (const { server, previous: found } of meant) {
    const kept = keep(placeOf(asked, server.name, folder), found, key);
    if (!kept.ok) return kept;
  }
  return ok(null);
}

export function forgetAll(asked: Input, servers: readonly Server[], folder: string): void {
  for (const { name } of servers) removeMarker(markerPath(asked, name, folder));
}
