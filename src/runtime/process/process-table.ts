/** The processes of this machine as /proc shows them. */
import { readdirSync, readFileSync } from 'node:fs';

export interface SeenProcess {
  readonly pid: number;
  readonly program: string;
  /** One letter, as in proc(5): `Z` is a zombie, `T` stopped. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks since the boot, as text: with the pid, the identity of a process. */
  readonly start: string;
}

/** Undefined: there is no such process. */
export function readProcess(pid: number): SeenProcess | undefined {
  const stat = readProc(`${pid}/stat`);
  // The program's name may hold anything, also brackets and spaces: it ends at the last bracket.
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = stat.slice(close + 2).split(' ');
  return {
    pid,
    program: stat.slice(open + 1, close),
    state: fields[0] ?? 'X',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    start: fields[19] ?? '',
  };
}

/** A zombie has ended: only its parent has not looked yet. */
export function isAlive(process: SeenProcess): boolean {
  return process.state !== 'Z' && process.state !== 'X';
}

export function readProcessTable(): readonly SeenProcess[] {
  const seen: SeenProcess[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const process = readProcess(pid);
    if (process !== undefined && isAlive(process)) seen.push(process);
  }
  return seen;
}

/** The environment that the program was started with holds the variable with that value; false where we may not look. */
export function hasVariable(pid: number, name: string, value: string): boolean {
  const environment = readProc(`${pid}/environ`);
  return environment !== '' && `\0${environment}\0`.includes(`\0${name}=${value}\0`);
}

/** Empty where the process is gone or is not ours to look at. */
function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'latin1');
  } catch {
    return '';
  }
}
