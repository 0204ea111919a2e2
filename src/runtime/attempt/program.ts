/** The one thing that can be checked of a shell command without running it: is its first program there? */
import { accessSync, constants } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { Preflight } from '../../ports/adapter.ts';
import type { ResolvedProcess } from './resolve.ts';

/** A plain program with a path in it, at the start of the command: `./maintenance on`, `/opt/shop/bin/ctl stop`. */
const pathLike = /^\s*((?:\.{1,2}|\/)[A-Za-z0-9._/-]*\/?[A-Za-z0-9._-]+)(?:\s|$)/;

/** A failed preflight where the program that the command starts with is not there; undefined otherwise. */
export function programOf(source: string, { cwd }: ResolvedProcess): Preflight | undefined {
  const program = pathLike.exec(source)?.[1];
  if (program === undefined || isExecutable(resolve(cwd, program))) return undefined;
  return {
    ok: false,
    reason: `the program ${program} is not there or not executable (in ${cwd})`,
    remedy: 'Correct the path, or make the file executable.',
  };
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a program is found in PATH; undefined where it is not. */
export function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => resolve(folder, name))
    .find(isExecutable);
}
