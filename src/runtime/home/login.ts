/** Who is at work: measured from the system, never from what somebody says (P8). */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Person } from '../../engine/protocol.ts';

/** Who runs this process. `claimed`: what was said with `--by`. */
export function thisPerson(env: { readonly [name: string]: string | undefined }, claimed: string | null): Person {
  const uid = process.getuid?.() ?? 0;
  return { login: loginOf(uid), sudoUser: env.SUDO_USER || null, claimed, host: hostname() };
}

const known = new Map<number, string>();

/** The name of a user; `uid 1234` where the system knows none. */
export function loginOf(uid: number): string {
  const login = known.get(uid) ?? inPasswd(uid) ?? askSystem(uid) ?? `uid ${uid}`;
  known.set(uid, login);
  return login;
}

function inPasswd(uid: number): string | undefined {
  try {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.split(':')[2] === String(uid));
    return line?.split(':')[0];
  } catch {
    return undefined;
  }
}

/** Users of a directory service stand in no file. */
function askSystem(uid: number): string | undefined {
  try {
    const options = { encoding: 'utf8', timeout: 2_000 } as const;
    return execFileSync('getent', ['passwd', String(uid)], options).split(':')[0] || undefined;
  } catch {
    return undefined;
  }
}
