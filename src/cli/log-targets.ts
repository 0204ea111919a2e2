/** Where the operational log goes: `--log`, else BACKOUT_LOG (several with commas), else nowhere. */
import { Fault } from '../kernel/fault.ts';
import { type LogTarget, parseLogTarget } from '../runtime/oplog/log-target.ts';
import type { Invocation, Surface } from './invocation.ts';

/** Throws a Fault (`usage`) for the first that is none. */
export function logTargetsOf(call: Invocation, surface: Surface): readonly LogTarget[] {
  const told = call.flags('log');
  const named = told.length > 0 ? told : (surface.env.BACKOUT_LOG?.split(',').filter((text) => text !== '') ?? []);
  return named.map((text) => {
    const target = parseLogTarget(text);
    if (target.ok) return target.value;
    throw new Fault('usage', `--log ${text}: ${target.error}`, 'Write console, file:PATH or syslog://HOST:PORT');
  });
}
