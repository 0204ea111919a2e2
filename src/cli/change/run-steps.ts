/** What a run that a ledger names has done, read from that run's own journal. */
import type { StepState } from '../../engine/state.ts';
import type { Entry } from '../../journal/entry.ts';
import type { RunStep, RunSteps } from '../../journal/ledger.ts';
import type { Progress } from '../../plan/derive/executed.ts';
import { allSteps } from '../../plan/plan.ts';
import type { Home } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { hasBegun, readRunIn } from '../known-run.ts';

export function runStepsIn(home: Home): RunSteps {
  const known = new Map<string, ReadonlyMap<string, RunStep>>();
  return (run) => {
    const steps = known.get(run) ?? readSteps(home, run);
    known.set(run, steps);
    return steps;
  };
}

/** A run whose first entry was never written has done nothing. */
function readSteps(home: Home, run: string): ReadonlyMap<string, RunStep> {
  if (!hasBegun(home, run)) return new Map();
  const { state, entries, plan } = readRunIn(runFolder(home, run));
  const byHand = new Set([...allSteps(plan)].flatMap(({ id, action }) => (action.kind === 'manual' ? [id] : [])));
  const begun = lastBeginnings(entries);
  return new Map(
    [...state.context.steps.entries()].map(([id, step]) => [
      id,
      {
        progress: progressOf(step),
        leftOut: step.status === 'skipped' || step.status === 'excluded',
        byHand: byHand.has(id),
        outputs: step.outputs,
        at: begun.get(id) ?? 0,
      },
    ]),
  );
}

function lastBeginnings(entries: readonly Entry[]): ReadonlyMap<string, number> {
  return new Map(entries.flatMap(({ event }) => (event.type === 'step.started' ? [[event.step, event.at]] : [])));
}

/** Whatever was begun and has neither succeeded nor failed counts as unknown: nobody saw its end. */
function progressOf(step: StepState): Progress {
  if (step.status === 'succeeded' || step.accepted === 'contingency') return 'done';
  if (step.key === null || step.status === 'simulated') return 'not-begun';
  if (step.status === 'unknown' || step.question === 'unknown') return 'unknown';
  const failed = step.status === 'failed' || step.status === 'cancelled' || step.status === 'retrying';
  if (failed || step.question === 'failed' || step.trouble !== null) return 'failed';
  return 'unknown';
}
