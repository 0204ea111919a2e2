/** `backout abandon` of a run whose journal or plan is damaged: it is set aside, and its system is free again. */
import { Fault } from '../kernel/fault.ts';
import { type Home, resolveRun } from '../runtime/home/home.ts';
import { thisPerson } from '../runtime/home/login.ts';
import { type RunFolder, runFolder } from '../runtime/home/run-folder.ts';
import { giveUp, isDamage, isGivenUp, livingSteps } from './damaged-run.ts';
import { exit } from './exit-codes.ts';
import type { Invocation, Surface } from './invocation.ts';
import { driverSign, readRunIn } from './known-run.ts';

/** Undefined where the run can be read: then it is abandoned as every other. */
export function abandonDamaged(home: Home, call: Invocation, surface: Surface): number | undefined {
  const [named] = call.args;
  if (call.command !== 'abandon' || named === undefined) return undefined;
  const folder = runFolder(home, resolveRun(home, named));
  const damage = damageOf(folder);
  if (damage === undefined) return undefined;
  const { run } = folder;
  if (isGivenUp(folder)) throw new Fault('usage', `run ${run} is abandoned already`, 'List the runs: backout runs');
  refuseWhileAlive(folder);
  const by = thisPerson(surface.env, call.flag('by') ?? null);
  giveUp(folder, { at: new Date().toISOString(), by, reason: call.flag('reason') ?? '', damage: damage.message });
  surface.err(`Run ${run} is abandoned: ${damage.message}\n  Its files stay in ${folder.path}\n`);
  if (call.has('json')) surface.out(`${JSON.stringify({ run, abandoned: true, damage: damage.message }, null, 2)}\n`);
  return exit.stopped;
}

function damageOf(folder: RunFolder): Fault | undefined {
  try {
    readRunIn(folder);
    return undefined;
  } catch (error) {
    if (isDamage(error)) return error;
    throw error;
  }
}

function refuseWhileAlive(folder: RunFolder): void {
  const { run } = folder;
  if (driverSign(folder) !== 'gone')
    throw new Fault('held', `run ${run} cannot be abandoned: its engine lives`, `End it first: see ${folder.owner}`);
  const living = livingSteps(run);
  if (living.length === 0) return;
  const remedy = 'Its journal cannot be used to end them: wait for them or end them by hand, then abandon it again.';
  throw new Fault('held', `run ${run} cannot be abandoned: ${living.join(', ')} still lives`, remedy);
}
