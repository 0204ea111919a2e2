/** What the folder and the process table say of a step's process, by whoever it was started. */
import type { ProcessEnd, Sighting } from '../../ports/step-process.ts';
import { thisBoot, thisNamespace } from './boot.ts';
import { type Claim, isLiving, readClaim } from './claim.ts';
import { findProcesses } from './find-processes.ts';
import { readStatus } from './status.ts';

/** `intentBoot`: a missing claim proves that nothing began only within the boot in which the intent was written. */
export function look(dir: string, intentBoot: string): Sighting {
  const end = readStatus(dir);
  if (end !== undefined) return { kind: 'ended', end };
  const claim = readClaim(dir);
  if (claim === 'none') {
    if (intentBoot === thisBoot()) return { kind: 'none' };
    return lost('the machine was started anew since; whether it began cannot be known');
  }
  if (claim === 'unreadable') return lost('its claim is cut short; the machine went down when it began');
  if (claim.pid === 0) return { kind: 'ended', end: { kind: 'not-started', reason: 'it was ended before it began' } };
  if (isLiving(claim)) return { kind: 'living', pid: claim.pid, startedAt: claim.at };
  return withoutSupervisor(dir, claim);
}

/** The supervisor is gone. It may have written the status last, or left the command behind. */
function withoutSupervisor(dir: string, claim: Claim): Sighting {
  const end = readStatus(dir);
  if (end !== undefined) return { kind: 'ended', end };
  if (claim.boot !== thisBoot()) return lost('it was running when the machine went down');
  if (claim.namespace !== thisNamespace())
    return lost('it was begun in another container, which is not seen from here');
  const [first] = findProcesses(claim);
  if (first !== undefined) return { kind: 'living', pid: first.pid, startedAt: claim.at };
  return lost(`its supervisor (pid ${claim.pid}) was killed before it could write the end down`);
}

function lost(reason: string): { readonly kind: 'ended'; readonly end: ProcessEnd } {
  return { kind: 'ended', end: { kind: 'lost', reason } };
}
