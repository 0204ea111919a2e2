/** `backout resume`: take up a run without an engine, let a paused one go on, or reopen one that ended badly. */
import type { Decision } from '../../engine/protocol.ts';
import { Fault } from '../../kernel/fault.ts';
import { openHome } from '../../runtime/home/home.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { createStepProcesses } from '../../runtime/process/step-processes.ts';
import { andBackOut, owesBackout } from '../change/and-back-out.ts';
import { takenBackSince } from '../change/taken-back-since.ts';
import { isTerminal } from '../drive.ts';
import { refuseSecretsSaid } from '../ground.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { engineSign, type KnownRun, latestOpenRun, meantRun, readRun } from '../known-run.ts';
import { sayEnded, sayOwed } from '../say-ended.ts';
import { takeUpRun } from '../take-up-run.ts';
import { tellEngine } from '../tell-engine.ts';

export const run: CommandRun = async (call, surface) => {
  const home = openHome(call.flag('home'), surface.env);
  // The latest run is meant where it is to be reopened; else the one that has not ended.
  const latest = call.has('reopen') ? meantRun(home, call.args[0]) : undefined;
  const { owedBackouts } = await import('../change/owed-backout.ts');
  const id = latest ?? latestOpenRun(home, call.args[0], owedBackouts);
  const known = readRun(home, id);
  await refuseSecretsSaid(known.plan, call, surface);
  const by = thisPerson(surface.env, call.flag('by') ?? null);
  const said = { by, reason: call.flag('reason') ?? null };
  const { context } = known.state;
  if (context.mode === 'dry-run')
    throw new Fault(
      'usage',
      `run ${id} is a dry run: there is nothing to resume`,
      'Run it again: backout run --dry-run …',
    );
  if (context.end !== null && !call.has('reopen')) {
    if (context.mode === 'rehearsal') await completeEvidence(known, call, surface);
    const isOwed = await owesBackout(known, call, surface);
    return andBackOut(known, call, surface, async (shown) =>
      isOwed ? sayOwed(known, call, shown) : sayEnded(known, call, shown, takenBackSince(home, known)),
    );
  }
  if (context.end === null && engineSign(known) !== 'gone') {
    if (!context.paused) throw held(known);
    return tellEngine(known, { type: 'decision.resume', ...said }, call, surface);
  }
  const decisions: Decision[] = [];
  if (context.end !== null) decisions.push({ type: 'decision.reopen', ...said });
  else if (context.paused) decisions.push({ type: 'decision.resume', ...said });
  const processes = createStepProcesses({ launch: 'now' });
  try {
    const waits = call.has('wait') || isTerminal();
    return await andBackOut(known, call, surface, (shown) =>
      takeUpRun({ home, run: id, call, surface: shown, waits, processes, decisions }),
    );
  } finally {
    processes.close();
  }
};

/** An engine may have died after the end was recorded, and before the evidence was. */
async function completeEvidence({ folder }: KnownRun, call: Invocation, surface: Surface): Promise<void> {
  const { writeMissingEvidence } = await import('../rehearsal/write-evidence.ts');
  writeMissingEvidence(openHome(call.flag('home'), surface.env), folder.run, call, surface);
}

function held({ driver, folder }: KnownRun): Fault {
  const record = driver?.record;
  const by = record === undefined ? '' : ` by process ${record.pid} on ${record.host}, since ${record.since}`;
  const message = `run ${folder.run} is driven already${by}: there is nothing to resume`;
  if (driver?.sight !== 'stopped') return new Fault('held', message, `Watch it: backout status ${folder.run}`);
  return new Fault('held', `${message}, but it is stopped (SIGSTOP)`, `Let it go on: kill -CONT ${record?.pid ?? ''}`);
}
