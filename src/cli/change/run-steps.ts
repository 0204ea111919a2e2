/** What a run that a ledger names has done, read from that run's own journal. */
import { existsSync } from 'node:fs';
import type { Context, StepState } from '../../engine/state.ts';
import type { Entry } from '../../journal/entry.ts';
import type { RunStep, RunSteps } from '../../journal/ledger.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Progress } from '../../plan/derive/executed.ts';
import { decidingId, failingId } from '../../plan/derive/idle-cover.ts';
import { allSteps } from '../../plan/plan.ts';
import type { Home } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { hasBegun, readRunIn } from '../known-run.ts';
import { mayHaveActed } from './may-have-acted.ts';

export function runStepsIn(home: Home): RunSteps {
  const known = new Map<string, ReadonlyMap<string, RunStep>>();
  return (run) => {
    const steps = known.get(run) ?? readSteps(home, run);
    known.set(run, steps);
    return steps;
  };
}

/** A run whose first entry was never written has done nothing; of one that is gone nobody knows. */
function readSteps(home: Home, run: string): ReadonlyMap<string, RunStep> {
  const { path } = runFolder(home, run);
  if (!existsSync(path)) throw lostRun(run, path);
  if (!hasBegun(home, run)) return new Map();
  const { state, entries, plan } = readRunIn(runFolder(home, run));
  const byHand = new Set([...allSteps(plan)].flatMap(({ id, action }) => (action.kind === 'manual' ? [id] : [])));
  const begun = lastBeginnings(entries);
  const acted = mayHaveActed(
    plan,
    entries.map(({ event }) => event),
  );
  return new Map(
    [...state.context.steps.entries()].map(([id, step]) => [
      id,
      {
        progress: progressOf(step),
        leftOut: step.status === 'skipped' || (step.status === 'excluded' && mayBeLeft(id, state.context)),
        byHand: byHand.has(id),
        mayHaveActed: acted.has(id),
        outputs: step.outputs,
        at: begun.get(id) ?? 0,
      },
    ]),
  );
}

/** Where a restore step of the frame does not apply, what it covers is left only when a person says so. */
function mayBeLeft(id: string, { steps }: Pick<Context, 'steps'>): boolean {
  if (steps.get(failingId(id)) !== undefined) return false;
  const decision = steps.get(decidingId(id));
  return decision === undefined || decision.status === 'succeeded' || decision.status === 'skipped';
}

/** Its folder was on disk before the ledger named it. */
const lostRun = (run: string, path: string): Fault =>
  new Fault(
    'journal-damaged',
    `the ledger names run ${run}, which is gone from ${path}: what it did is not known`,
    'Restore that folder. If it is lost: move the folder of the ledger away (changes/ in the home), and record anew what stands carried out.',
  );

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
