/** Whether a host can be reached and would run something: the preflight of a step on many hosts. Changes nothing there. */
import type { HostEnd } from '../../engine/protocol.ts';
import { pause } from '../attempt/limit.ts';
import type { Ended } from './on-host.ts';
import type { HostOrder, HostsOrder } from './order.ts';
import { checkProgram } from './program.ts';
import { call, newNonce } from './ssh.ts';
import type { StopWish } from './stop-wish.ts';
import { troubleOf } from './trouble.ts';

const tries = 3;
const nothing = { bytes: 0, text: '' };

export async function checkHost(order: HostsOrder, host: HostOrder, stop: StopWish): Promise<Ended | undefined> {
  if (stop.order !== undefined) return undefined;
  const began = performance.now();
  const fault = await faultOf(order, host, stop);
  const end: HostEnd = {
    host: host.name,
    outcome: fault === null ? 'succeeded' : 'unreachable',
    exitCode: null,
    reason: fault,
    lastWords: null,
    durationMs: Math.round(performance.now() - began),
    held: false,
  };
  return { end, out: nothing, err: nothing };
}

async function faultOf(order: HostsOrder, host: HostOrder, stop: StopWish): Promise<string | null> {
  for (let n = 1; ; n += 1) {
    const nonce = newNonce();
    const made = await call(order, host, checkProgram(host, nonce), nonce, stop.signal);
    if (made.answer.here) return null;
    const { reason, passing } = troubleOf(order, host, made.said, made.exitCode);
    if (!passing || n >= tries || stop.order !== undefined) return reason;
    await pause(250 * 2 ** n, stop.signal);
  }
}
