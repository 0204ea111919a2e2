/**
 * The home: the folder that holds every run and every system's lock.
 * Owns: where it is, its layout, its modes, which runs there are. Does not own: what stands in the files.
 *
 *     runs/<run>/       journal.ndjson plan.json files/ attempts/<step>/<n>/ inbox/ reserve owner.json
 *     systems/<name>/   lock.sqlite holder.json current
 *     rehearsals/<name>/   the same, for rehearsals
 *     evidence/<definition>/<run>.json   what rehearsals have proven
 */
import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { isRunId } from '../../kernel/run-id.ts';
import { errorCode } from './file-system.ts';

export interface Modes {
  readonly folder: number;
  readonly file: number;
}

export interface Home {
  readonly path: string;
  readonly runs: string;
  readonly systems: string;
  /** A private home is its owner's alone; a shared one (setgid and group-writable already) is its group's. */
  readonly modes: Modes;
}

/**
 * The same home for rehearsals: their locks lie beside those of real runs (`rehearsals/<name>/`), so that a rehearsal
 * never holds up a backout, and is never taken for one (P7).
 */
export function rehearsing(home: Home): Home {
  const own = { ...home, systems: rehearsalSystems(home) };
  orUnusable(home.path, () => makeFolder(own.systems, own.modes));
  return own;
}

/** Where those locks lie. */
export const rehearsalSystems = (home: Home): string => join(home.path, 'rehearsals');

type Environment = { readonly [name: string]: string | undefined };

const privateModes: Modes = { folder: 0o700, file: 0o600 };
const sharedModes: Modes = { folder: 0o2770, file: 0o660 };
const sharedBits = constants.S_IWGRP | 0o2000;

/** Where the home is: as told, else `BACKOUT_HOME`, `$XDG_STATE_HOME/backout`, `~/.local/state/backout`. */
export function locateHome(told: string | undefined, env: Environment): string {
  const named = told ?? env.BACKOUT_HOME;
  if (named !== undefined && named !== '') return resolve(named);
  const state = env.XDG_STATE_HOME;
  if (state !== undefined && isAbsolute(state)) return join(state, 'backout');
  const own = env.HOME !== undefined && isAbsolute(env.HOME) ? env.HOME : homeOfLogin();
  return join(own, '.local', 'state', 'backout');
}

/** As the system knows it: Node's `homedir` believes a HOME that is empty. */
function homeOfLogin(): string {
  const told = orUndefined(() => userInfo().homedir);
  if (told !== undefined && isAbsolute(told)) return told;
  const message = 'There is no home: HOME names no folder by its whole path, and the system knows none for this user';
  throw new Fault('home-unusable', message, 'Name a folder with --home or BACKOUT_HOME.');
}

/** A user that stands in no password file has none. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** For what changes something: makes the home where there is none. Throws a Fault (`home-unusable`). */
export function openHome(told: string | undefined, env: Environment): Home {
  const path = locateHome(told, env);
  return orUnusable(path, () => {
    makeParents(path);
    const home = homeAt(path);
    makeFolder(home.runs, home.modes);
    makeFolder(home.systems, home.modes);
    for (const folder of [home.runs, home.systems]) accessSync(folder, constants.W_OK | constants.X_OK);
    return home;
  });
}

/** Not Node's own recursive way: that never ends where a folder cannot be made, as in /proc. */
function makeParents(path: string): void {
  if (statIfThere(path) !== undefined) return;
  const parent = dirname(path);
  if (parent !== path) makeParents(parent);
  makeFolder(path, privateModes);
}

/** For what only looks: makes nothing, and needs no right to write. A home that is not there has no runs. */
export function lookAtHome(told: string | undefined, env: Environment): Home {
  const path = locateHome(told, env);
  return orUnusable(path, () => homeAt(path));
}

/** The ids of all runs, newest first. */
export function listRuns(home: Home): readonly string[] {
  const names = orUnusable(home.path, () => readFolder(home.runs));
  return names.filter(isRunId).sort().reverse();
}

/** The run that an id or the beginning of one means. Throws a Fault (`usage`) where that is none or several. */
export function resolveRun(home: Home, text: string): string {
  const prefix = text.trim().toUpperCase();
  const found = prefix === '' ? [] : listRuns(home).filter((run) => run.startsWith(prefix));
  const [run, ...others] = found;
  if (run === undefined) {
    throw new Fault('usage', `No run begins with "${text}" in ${home.path}`, 'List the runs with: backout runs');
  }
  if (others.length === 0 || run === prefix) return run;
  const shown = found.slice(0, 3).join(', ');
  const message = `"${text}" is the beginning of ${found.length} runs: ${shown}${found.length > 3 ? ', …' : ''}`;
  throw new Fault('usage', message, 'Give more characters of the id.');
}

/** Makes one folder with the home's modes, whatever the umask. `false`: it is there already. */
export function makeFolder(path: string, modes: Modes): boolean {
  try {
    mkdirSync(path, { mode: modes.folder });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  if (modes.folder !== privateModes.folder) chmodSync(path, modes.folder);
  return true;
}

function homeAt(path: string): Home {
  const mode = statIfThere(path);
  const shared = mode !== undefined && (mode & sharedBits) === sharedBits;
  const modes = shared ? sharedModes : privateModes;
  return { path, runs: join(path, 'runs'), systems: join(path, 'systems'), modes };
}

function statIfThere(path: string): number | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return stat?.mode;
  throw Object.assign(new Error('it is not a folder'), { code: 'ENOTDIR' });
}

export function readFolder(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

const why: { readonly [code: string]: string } = {
  EACCES: 'no permission',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  ENOENT: 'no folder can be made there',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is not a folder',
};

/** Runs `use`; what the system refuses is a Fault (`home-unusable`) that names the home. */
export function orUnusable<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    const code = errorCode(error);
    const remedy = 'Make it writable, or name another folder with --home or BACKOUT_HOME.';
    const message = `The home ${path} cannot be used: ${why[code] ?? 'the system refused'} (${code})`;
    throw new Fault('home-unusable', message, remedy, { cause: error });
  }
}
