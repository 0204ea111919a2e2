import type { AdapterContext, Preflight } from '../../src/ports/adapter.ts';
import { notReady, ready } from './answers.ts';
import { hostAndPort, listens } from './reach.ts';

/** All that can be looked at where a receiver has nothing to ask: does it listen? `uncovered`: what is not tried. */
export async function reachable(url: string, uncovered: string, context: AdapterContext): Promise<Preflight> {
  const { host, port } = hostAndPort(url);
  const there = await listens(host, port, context.signal);
  if (there.ok) return ready([`${host}:${port} accepts connections`], `no message is sent: ${uncovered}`);
  return notReady(`${host}:${port}: ${there.error}`, `See that this machine reaches ${host}, or correct the address.`);
}
