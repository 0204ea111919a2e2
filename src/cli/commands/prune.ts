/** `backout runs prune`: removes runs that ended long ago. A run that has not ended, or cannot be read, is kept. */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseDuration } from '../../kernel/duration.ts';
import { Fault } from '../../kernel/fault.ts';
import { runIdTime } from '../../kernel/run-id.ts';
import { type Home, listRuns, openHome } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { runsOfLedgers } from '../change/runs-of.ts';
import { isTerminal } from '../drive.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { hasBegun, readRun } from '../known-run.ts';

export const run: CommandRun = async (call, surface) => {
  const text = call.flag('older-than');
  const age = text === undefined ? undefined : parseDuration(text);
  if (age === undefined)
    throw new Fault('usage', `backout runs prune needs --older-than with a duration`, 'For example: --older-than 90d');
  const home = openHome(call.flag('home'), surface.env);
  const ended = listRuns(home).filter((id) => endedBefore(home, id, Date.now() - age));
  const kept = runsOfLedgers(home, ended);
  const old = ended.filter((id) => !kept.has(id));
  if (old.length > 0 && !call.has('yes') && !(await agreed(old.length))) return exit.usage;
  for (const id of old) rmSync(runFolder(home, id).path, { recursive: true, force: true });
  if (call.has('json')) surface.out(`${JSON.stringify({ removed: old, kept: [...kept] })}\n`);
  else surface.err(`${runsIn(old.length)} removed${keptWords(kept.size)}\n`);
  return exit.backedOut;
};

const keptWords = (count: number): string =>
  count === 0
    ? ''
    : `; ${runsIn(count)} kept: what was done of a change, or taken back, is known from ${count === 1 ? 'it' : 'them'} alone`;

function endedBefore(home: Home, id: string, instant: number): boolean {
  try {
    if (!hasBegun(home, id)) return runIdTime(id) < instant;
    const last = readRun(home, id).entries.at(-1)?.event;
    return last?.type === 'run.ended' && last.at < instant;
  } catch {
    return false;
  }
}

async function agreed(runs: number): Promise<boolean> {
  if (!isTerminal())
    throw new Fault('usage', `${runsIn(runs)} would be removed, and nobody can be asked`, 'Add --yes.');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`Remove ${runsIn(runs)} with the journals? Type yes: `)).trim() === 'yes';
  } finally {
    lines.close();
  }
}

function runsIn(count: number): string {
  return count === 1 ? '1 run' : `${count} runs`;
}
