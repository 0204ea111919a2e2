/** `backout status`: what is true, what the run does, what to type. Exit 0 whenever it can read the run. */
import { lookAtHome } from '../../runtime/home/home.ts';
import { statusText } from '../../views/status-text.ts';
import { takenBackSince } from '../change/taken-back-since.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { meantRun, readRun, viewOf } from '../known-run.ts';
import { storedTimes } from '../known-times.ts';
import { textOptions } from '../text-options.ts';

export const run: CommandRun = async (call, surface) => {
  const home = lookAtHome(call.flag('home'), surface.env);
  const id = meantRun(home, call.args[0]);
  if (id === undefined) {
    surface.err(`backout: there is no run in ${home.path}\n  Begin one: backout run PLAYBOOK\n`);
    return exit.usage;
  }
  const known = readRun(home, id);
  const isOpen = known.state.context.end === null;
  const later = isOpen ? { estimates: storedTimes(home, known.plan).estimates } : takenBackSince(home, known);
  const view = viewOf(known, Date.now(), { ...later, env: surface.env });
  if (call.has('json')) surface.out(`${JSON.stringify(view, null, 2)}\n`);
  else surface.out(statusText(view, textOptions(process.stdout, surface)));
  return exit.backedOut;
};
