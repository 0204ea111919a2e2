/**
 * The runs in a home that carried a change out or took it back, as their own journals and plans have it: a second
 * witness beside the change's ledger, which names every such run before it begins.
 */
import { readFileSync } from 'node:fs';
import { Fault } from '../../kernel/fault.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Home, listRuns } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder, listLedgers, readLedger } from '../../runtime/home/ledger.ts';
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

/** Undefined: it cannot be read. */
export function planOf(home: Home, run: string): Partial<Plan> | undefined {
  try {
    return JSON.parse(readFileSync(runFolder(home, run).plan, 'utf8')) as Partial<Plan>;
  } catch {
    return undefined;
  }
}

/** What these did of a change, or took back of it, is known from their journals alone: the ledger only names them. */
export function runsOfLedgers(home: Home, runs: readonly string[]): ReadonlySet<string> {
  const named = new Set(listLedgers(home).flatMap((change) => namedBy(home, change)));
  return new Set(runs.filter((run) => named.has(run) || hasOwnLedger(home, run)));
}

function namedBy(home: Home, change: string): readonly string[] {
  try {
    return readLedger(ledgerFolder(home, change)).events.flatMap((event) => ('run' in event ? [event.run] : []));
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}

/** Also where that ledger is damaged. */
function hasOwnLedger(home: Home, run: string): boolean {
  const { kind, takesBack, change } = planOf(home, run) ?? {};
  const id = takesBack ?? (kind === 'change' ? change?.id : undefined);
  return typeof id === 'string' && hasLedger(ledgerFolder(home, id));
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
