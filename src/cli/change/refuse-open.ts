/** A change that a run is still at work on is neither carried out nor taken back by another (P7). */
import { Fault } from '../../kernel/fault.ts';
import type { Home } from '../../runtime/home/home.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { readRunIn } from '../known-run.ts';

/** Throws a Fault (exit 5) where it has not ended. `does`: `carries CHG1 out`. */
export function refuseOpen(home: Home, run: string, does: string): void {
  if (readRunIn(runFolder(home, run)).state.context.end !== null) return;
  const remedy = `Type: backout status ${run}   or: backout resume ${run}`;
  throw new Fault('held', `run ${run}, which ${does}, has not ended`, remedy);
}
