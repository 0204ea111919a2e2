/**
 * The runs in a home that carried a change out or took it back, as their own journals and plans have it: a second
 * witness beside the change's ledger, which names every such run before it begins.
 */
import { readFileSync } from 'node:fs';
import { Fault } from '../../kernel/fault.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Home, listRuns } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder } from '../../runtime/home/ledger.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { firstEvent } from '../known-run.ts';

/** Real ones that have begun, the newest first. */
export function runsOfChange(home: Home, change: string): readonly string[] {
  return listRuns(home).filter((run) => {
    const began = firstEvent(home, run);
    return began?.mode === 'real' && began.change.id === change && isOf(change, planOf(home, run));
  });
}

const isOf = (change: string, plan: Partial<Plan> | undefined): boolean =>
  plan?.kind === 'change' || plan?.takesBack === change;

function planOf(home: Home, run: string): Partial<Plan> | undefined {
  try {
    return JSON.parse(readFileSync(runFolder(home, run).plan, 'utf8')) as Partial<Plan>;
  } catch {
    return undefined;
  }
}

/** Throws a Fault (exit 7) where runs of the change are there and its ledger is not. */
export function refuseLostLedger(home: Home, change: string): void {
  const folder = ledgerFolder(home, change);
  if (hasLedger(folder)) return;
  const [run, ...others] = runsOfChange(home, change);
  if (run === undefined) return;
  const runs = others.length === 0 ? `run ${run} is` : `run ${run} and ${others.length} more are`;
  throw new Fault(
    'journal-damaged',
    `the ledger of ${change} is gone from ${folder.path}, though ${runs} there`,
    `Restore that folder. If it is lost: look with backout status ${run} at what was done, and record anew what stands carried out: backout change record ${change} STEP done`,
  );
}
