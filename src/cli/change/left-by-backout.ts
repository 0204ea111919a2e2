/** A change is not begun on what a backout that ended badly has left: access closed, data half restored. */
import { stepState } from '../../engine/state.ts';
import { truthOf } from '../../engine/truth.ts';
import { Fault } from '../../kernel/fault.ts';
import { type Home, listRuns } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { truthWords } from '../../views/words.ts';
import { isGivenUp } from '../damaged-run.ts';
import { firstEvent, type KnownRun, readRun } from '../known-run.ts';

/** Throws a Fault (exit 2) that says what is true of the system and what to type. */
export function refuseAfterBadBackout(home: Home, system: string): void {
  const last = lastBackout(home, system);
  if (last === undefined || !hasLeftWork(last)) return;
  const { run } = last.folder;
  throw new Fault(
    'usage',
    `the last backout of ${system}, run ${run}, ended ${last.state.context.end}: ${truthWords(truthOf(last.state.context))}`,
    `See what is left to do: backout status ${run}\n  Begin all the same: --again --reason '…'`,
  );
}

/**
 * Undefined: there is none, or a change has succeeded since, which somebody began with a reason. Runs that only told
 * people have changed nothing. Throws the Fault of a damaged run of the system that nobody has given up.
 */
function lastBackout(home: Home, system: string): KnownRun | undefined {
  for (const run of listRuns(home)) {
    const began = firstEvent(home, run);
    if (began?.system !== system || began.mode !== 'real' || isGivenUp(runFolder(home, run))) continue;
    const known = readRun(home, run);
    if (known.plan.kind === 'change') {
      if (known.state.context.end?.startsWith('succeeded')) return undefined;
    } else if (known.plan.onlyTells === undefined) return known;
  }
  return undefined;
}

function hasLeftWork({ plan, state: { context } }: KnownRun): boolean {
  if (context.end !== 'failed' && context.end !== 'stopped') return false;
  const { access, data } = truthOf(context);
  const hasClosed = plan.phases['disable-access'].steps.some(({ id }) => stepState(context, id).key !== null);
  return (hasClosed && access !== 'open') || data === 'restoring' || data === 'unknown';
}
