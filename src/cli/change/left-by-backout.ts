/** A change is not begun on what a backout that ended badly has left: access closed, data half restored. */
import { stepState } from '../../engine/state.ts';
import { truthOf } from '../../engine/truth.ts';
import { Fault } from '../../kernel/fault.ts';
import { type Home, listRuns } from '../../runtime/home/home.ts';
import { truthWords } from '../../views/words.ts';
import { hasBegun, type KnownRun, readRun } from '../known-run.ts';

/** Throws a Fault (exit 2) that says what is true of the system and what to type. */
export function refuseAfterBadBackout(home: Home, system: string): void {
  const last = lastRealRun(home, system);
  if (last === undefined || !hasLeftWork(last)) return;
  const { run } = last.folder;
  throw new Fault(
    'usage',
    `the last backout of ${system}, run ${run}, ended ${last.state.context.end}: ${truthWords(truthOf(last.state.context))}`,
    `See what is left to do: backout status ${run}\n  Begin all the same: --again --reason '…'`,
  );
}

/** Those that only told people have changed nothing; of a damaged one nothing is known here, and its own commands say so. */
function lastRealRun(home: Home, system: string): KnownRun | undefined {
  for (const run of listRuns(home)) {
    const known = readIfWhole(home, run);
    if (known?.plan.system !== system || known.state.context.mode !== 'real') continue;
    if (known.plan.onlyTells === undefined) return known;
  }
  return undefined;
}

function readIfWhole(home: Home, run: string): KnownRun | undefined {
  try {
    return hasBegun(home, run) ? readRun(home, run) : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** A run of a change that failed is the change's own matter. */
function hasLeftWork({ plan, state: { context } }: KnownRun): boolean {
  if (plan.kind === 'change' || (context.end !== 'failed' && context.end !== 'stopped')) return false;
  const { access, data } = truthOf(context);
  const hasClosed = plan.phases['disable-access'].steps.some(({ id }) => stepState(context, id).key !== null);
  return (hasClosed && access !== 'open') || data === 'restoring' || data === 'unknown';
}
