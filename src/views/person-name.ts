import type { Person } from '../engine/protocol.ts';

/** `anna`, `root (sudo by anna)`, `anna (says: Maria Keller)`: what is measured first, what is only claimed last. */
export function personName({ login, sudoUser, claimed }: Person): string {
  const beside = [
    ...(sudoUser === null ? [] : [`sudo by ${sudoUser}`]),
    ...(claimed === null ? [] : [`says: ${claimed}`]),
  ];
  return beside.length === 0 ? login : `${login} (${beside.join(', ')})`;
}
