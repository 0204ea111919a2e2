import type { AdapterContext, Preflight } from '../../src/ports/adapter.ts';
import { notReady, ready } from './answers.ts';
import { call, type Line } from './api.ts';

/**
 * All that can be looked at where a receiver has nothing to ask: does its host answer, encrypted and trusted? Its own
 * address is not touched. `uncovered`: what is not tried.
 */
export async function reachable(
  url: string,
  uncovered: string,
  line: Line,
  context: AdapterContext,
): Promise<Preflight> {
  const { origin, host } = new URL(url);
  const there = await call({ method: 'HEAD', url: `${origin}/`, headers: {} }, line, context);
  // Any answer will do.
  if (there.ok || there.error.status !== null) return ready([`${host} answers`], `no message is sent: ${uncovered}`);
  return notReady(`${host}: ${there.error.reason}`, `See that this machine reaches ${host}, or correct the address.`);
}
