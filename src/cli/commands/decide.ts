/** What people say to a run: to its engine where one lives, else this process takes the run up and drives it on. */
import type { Decision } from '../../engine/protocol.ts';
import { refusal } from '../../engine/refusal.ts';
import type { Context } from '../../engine/state.ts';
import { Fault } from '../../kernel/fault.ts';
import { openHome } from '../../runtime/home/home.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { createStepProcesses } from '../../runtime/process/step-processes.ts';
import { abandonDamaged } from '../abandon-damaged.ts';
import { andBackOut } from '../change/and-back-out.ts';
import { decisionOf } from '../decisions.ts';
import { isTerminal } from '../drive.ts';
import { refuseSecretsSaid } from '../ground.ts';
import type { CommandRun, Surface } from '../invocation.ts';
import { engineSign, latestOpenRun, livingOf, readRun } from '../known-run.ts';
import { refuseOutdated } from '../later-runs.ts';
import { takeUpRun } from '../take-up-run.ts';
import { tellEngine } from '../tell-engine.ts';

export const run: CommandRun = async (call, surface) => {
  const decision = decisionOf(call, thisPerson(surface.env, call.flag('by') ?? null));
  const home = openHome(call.flag('home'), surface.env);
  const abandoned = abandonDamaged(home, call, surface);
  if (abandoned !== undefined) return abandoned;
  const known = readRun(home, latestOpenRun(home, call.args[0]));
  const { context } = known.state;
  const id = known.folder.run;
  await refuseSecretsSaid(known.plan, call, surface);
  if (context.end === null && engineSign(known) !== 'gone') return tellEngine(known, decision, call, surface);
  const refused = refusal(context, decision);
  if (refused !== undefined) throw new Fault('usage', refused, `See: backout status ${id}`);
  // Looked at again under the lock; here so that nothing is promised before.
  if (context.end !== null) refuseOutdated(home, known);
  sayWhatElse(context, decision, surface);
  const processes = createStepProcesses({ launch: 'on-demand' });
  try {
    if (decision.type === 'decision.abandon') refuseWhileLiving(id, livingOf(known, processes));
    const waits = call.has('wait') || isTerminal();
    return await andBackOut(known, call, surface, (shown) =>
      takeUpRun({ home, run: id, call, surface: shown, waits, processes, decisions: [decision] }),
    );
  } finally {
    processes.close();
  }
};

/** A decision about one step reopens a run that has ended; what failed beside it is then done again too. */
function sayWhatElse(context: Context, decision: Decision, surface: Surface): void {
  if (context.end === null || !('step' in decision)) return;
  const again = [...context.steps.entries()].flatMap(([id, { status, accepted }]) =>
    id !== decision.step &&
    !context.parents.has(id) &&
    (status === 'cancelled' || (status === 'failed' && accepted === null))
      ? [id]
      : [],
  );
  if (again.length > 0) surface.err(`The run is reopened: ${again.join(', ')} will be tried again too.\n`);
}

function refuseWhileLiving(run: string, living: readonly string[]): void {
  if (living.length === 0) return;
  throw new Fault(
    'held',
    `run ${run} cannot be abandoned: ${living.join(', ')} still lives`,
    `End it first: backout stop ${run}`,
  );
}
