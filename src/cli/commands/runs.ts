/** `backout runs`: every run of the home, newest first, one line each. */
import { type Home, listRuns, lookAtHome } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { clockTime } from '../../views/clock-time.ts';
import { visible } from '../../views/visible.ts';
import { isDamage, isGivenUp } from '../damaged-run.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Surface } from '../invocation.ts';
import { hasBegun, readRun, viewOf } from '../known-run.ts';
import { zoneOf } from '../text-options.ts';

interface RunLine {
  readonly run: string;
  readonly system: string;
  readonly playbook: string;
  readonly mode: string;
  readonly status: string;
  readonly engine: string | null;
  readonly startedAt: string | null;
  readonly exitCode: number | null;
}

export const run: CommandRun = async (call, surface) => {
  const home = lookAtHome(call.flag('home'), surface.env);
  const lines = listRuns(home).map((id) => lineOf(home, id));
  if (call.has('json')) surface.out(`${JSON.stringify(lines, null, 2)}\n`);
  else for (const line of lines) surface.out(`${textOf(line, surface)}\n`);
  if (lines.length === 0 && !call.has('json')) surface.err(`There is no run in ${visible(home.path)}\n`);
  return exit.backedOut;
};

/** A run that cannot be read is listed as such: one bad folder hides no other run. */
function lineOf(home: Home, id: string): RunLine {
  try {
    const { run, system, playbook, mode, status, engine, startedAt, exitCode } = viewOf(readRun(home, id), Date.now());
    return { run, system, playbook, mode, status, engine, startedAt, exitCode };
  } catch (error) {
    const status = statusOf(home, id, error);
    return { run: id, system: '?', playbook: '?', mode: '?', status, engine: null, startedAt: null, exitCode: null };
  }
}

function statusOf(home: Home, id: string, error: unknown): string {
  if (!hasBegun(home, id)) return 'never began';
  if (!isDamage(error)) return 'unreadable';
  return isGivenUp(runFolder(home, id)) ? 'damaged (abandoned)' : 'damaged';
}

function textOf(line: RunLine, surface: Surface): string {
  const since = line.startedAt === null ? '' : clockTime(line.startedAt, zoneOf(surface), 0);
  const engine = line.engine === null || line.engine === 'alive' ? '' : `, engine ${line.engine}`;
  const mode = line.mode === 'real' ? '' : ` (${line.mode})`;
  return `${line.run}  ${since.padEnd(19)}  ${visible(line.system)}${mode}  ${line.status}${engine}`;
}
