import type { Person } from '../engine/protocol.ts';

/** As the journal has whoever sent a signal to an engine: the system does not say who it was. */
const senderOfSignal = 'unknown';

/** `anna`, `root (sudo by anna)`, `anna (says: Maria Keller)`: what is measured first, what is only claimed last. */
export function personName({ login, sudoUser, claimed }: Person): string {
  if (login === senderOfSignal) return 'whoever sent the signal';
  const beside = [
    ...(sudoUser === null ? [] : [`sudo by ${sudoUser}`]),
    ...(claimed === null ? [] : [`says: ${claimed}`]),
  ];
  return beside.length === 0 ? login : `${login} (${beside.join(', ')})`;
}
