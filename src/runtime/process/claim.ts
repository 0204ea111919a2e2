/**
 * Who runs a step: the claim that its supervisor makes before the command begins. It appears whole (linked into
 * place) and once, so of two that want the same folder one runs and the other learns it (P4). A pid alone is no
 * identity: it is reused, within a boot by others and after a boot by anybody.
 */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisBoot, thisNamespace } from './boot.ts';
import { asFields, type Fields, isNumber, isText, parseJson } from './parse-json.ts';
import { isAlive, readProcess } from './process-table.ts';
import { hasCode } from './system-error.ts';

export interface Claim {
  /** 0: withdrawn, nobody may begin it any more. */
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since the boot. */
  readonly start: string;
  readonly boot: string;
  /** The pid namespace: in another one the pid means another process. */
  readonly namespace: string;
  readonly key: string;
  /** When it was made, ms since the epoch. */
  readonly at: number;
}

/** `none`: nobody has begun. `unreadable`: cut short by a power failure (a living owner's claim is always whole). */
export function readClaim(dir: string): Claim | 'none' | 'unreadable' {
  let text: string;
  try {
    text = readFileSync(join(dir, 'claim'), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return 'none';
    throw error;
  }
  const claim = asFields(parseJson(text));
  return isClaim(claim) ? claim : 'unreadable';
}

function isClaim(value: Fields): value is Fields & Claim {
  const { pid, start, boot, namespace, key, at } = value;
  return [pid, at].every(isNumber) && [start, boot, namespace, key].every(isText);
}

/** The supervisor that made the claim is alive: same boot, same namespace, same pid with the same start time. */
export function isLiving(claim: Claim): boolean {
  if (claim.boot !== thisBoot() || claim.namespace !== thisNamespace()) return false;
  const seen = readProcess(claim.pid);
  return seen !== undefined && seen.start === claim.start && isAlive(seen);
}

/**
 * Takes the claim in the name of nobody, so that a supervisor still on its way finds it taken and leaves.
 * False: somebody was faster.
 */
export function withdraw(dir: string, key: string, at: number): boolean {
  const claim: Claim = { pid: 0, start: '', boot: thisBoot(), namespace: thisNamespace(), key, at };
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const aside = join(dir, `claim.${process.pid}`);
  writeFileSync(aside, `${JSON.stringify(claim)}\n`, { mode: 0o600 });
  try {
    linkSync(aside, join(dir, 'claim'));
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
