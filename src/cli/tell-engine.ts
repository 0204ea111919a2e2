/** A decision for an engine that drives the run elsewhere: posted, and its answer waited for. */
import type { Decision } from '../engine/protocol.ts';
import { Fault } from '../kernel/fault.ts';
import { postDecision } from '../runtime/home/post-decision.ts';
import { exit } from './exit-codes.ts';
import type { Invocation, Surface } from './invocation.ts';
import { engineSign, type KnownRun, readRunIn, viewOf } from './known-run.ts';

const answerWithinMs = 10_000;

export async function tellEngine(
  known: KnownRun,
  decision: Decision,
  call: Invocation,
  surface: Surface,
): Promise<number> {
  const { folder } = known;
  if (engineSign(known) === 'stopped') {
    const pid = known.driver?.record.pid ?? '';
    throw new Fault(
      'held',
      `the engine of run ${folder.run} is stopped (SIGSTOP) and hears nothing`,
      `Let it go on: kill -CONT ${pid}`,
    );
  }
  const answer = await postDecision(folder.inbox, decision, answerWithinMs);
  if (!answer.ok) {
    const remedy = `See: backout status ${folder.run}`;
    throw new Fault('held', `the engine of run ${folder.run} did not answer (${answer.error})`, remedy);
  }
  if (!answer.value.accepted) throw new Fault('usage', answer.value.message, `See: backout status ${folder.run}`);
  surface.err(`${verbOf(decision)}: recorded as entry ${answer.value.seq} of run ${folder.run}.\n`);
  if (call.has('json')) surface.out(`${JSON.stringify(viewOf(readRunIn(folder), Date.now()), null, 2)}\n`);
  return exit.backedOut;
}

function verbOf(decision: Decision): string {
  const verb = decision.type.slice('decision.'.length);
  return 'step' in decision ? `${verb} ${decision.step}` : verb;
}
