/** From a command's words to a decision. */
import type { Decision, Person } from '../engine/protocol.ts';
import { Fault } from '../kernel/fault.ts';
import type { Invocation } from './invocation.ts';

export function decisionOf(call: Invocation, by: Person): Decision {
  const said = { by, reason: call.flag('reason') ?? null };
  const step = call.args[1] ?? '';
  switch (call.command) {
    case 'stop':
      return { type: 'decision.stop', ...said, inFlight: call.has('finish') ? 'finish' : 'cancel', urgent: false };
    case 'pause':
      return { type: 'decision.pause', ...said };
    case 'abandon':
      return { type: 'decision.abandon', ...needsReason(said, call) };
    case 'confirm':
    case 'approve':
      return { type: 'decision.confirm', ...said, step };
    case 'reject':
      return { type: 'decision.reject', ...said, step };
    case 'retry':
      return { type: 'decision.retry', ...said, step };
    case 'skip':
      return { type: 'decision.skip', ...needsReason(said, call), step };
    default:
      throw new Fault('internal', `"${call.command}" is no decision`);
  }
}

function needsReason<T extends { readonly reason: string | null }>(said: T, call: Invocation): T {
  if (said.reason !== null && said.reason.trim() !== '') return said;
  const again = ['backout', call.command, ...call.args].join(' ');
  throw new Fault(
    'usage',
    `backout ${call.command} needs a reason: it is recorded for whoever answers for the change`,
    `Type: ${again} --reason '…'`,
  );
}
