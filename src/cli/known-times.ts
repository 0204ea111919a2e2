/** What is known in this home of how long a plan's steps take. */
import type { Plan } from '../plan/plan.ts';
import type { TimeRecord } from '../ports/time-record.ts';
import { type Home, listRuns } from '../runtime/home/home.ts';
import { readTimes } from '../runtime/home/times.ts';
import { type Estimates, estimatesOf } from '../views/estimate.ts';
import { timeRecordOf, timesKey } from '../views/estimate-record.ts';
import { historyOf } from '../views/history.ts';
import { firstEvent, readRun } from './known-run.ts';

export interface KnownTimes {
  readonly estimates: Estimates;
  /** Of the system, oldest first. */
  readonly records: readonly TimeRecord[];
  /** What is wrong with the store, in sentences. */
  readonly troubles: readonly string[];
}

/** From the store alone: for who must be quick. */
export function storedTimes(home: Home, plan: Plan): KnownTimes {
  try {
    const { records, damaged } = readTimes(home, timesKey(plan));
    const lines = damaged.length === 1 ? `line ${damaged[0]}` : `${damaged.length} lines`;
    const troubles =
      damaged.length === 0 ? [] : [`The recorded times of ${plan.system} are damaged in ${lines}, which is left out.`];
    return { records, estimates: estimatesOf(plan, records), troubles };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const troubles = [`The recorded times of ${plan.system} cannot be read: ${reason}`];
    return { records: [], estimates: new Map(), troubles };
  }
}

const enough = 20;
const lookedAtMost = 60;

/** From the store, and where that is young from the journals of the runs before it. */
export function knownTimes(home: Home, plan: Plan): KnownTimes {
  const stored = storedTimes(home, plan);
  if (stored.records.length >= enough) return stored;
  const known = new Set(stored.records.map(({ run }) => run));
  const older: TimeRecord[] = [];
  for (const run of listRuns(home).slice(0, lookedAtMost)) {
    if (known.size + older.length >= enough) break;
    const record = known.has(run) ? undefined : recordFromJournal(home, run, plan);
    if (record !== undefined) older.unshift(record);
  }
  const records = [...older, ...stored.records];
  return { ...stored, records, estimates: estimatesOf(plan, records) };
}

/** A run that is damaged or of another system tells nothing here. */
function recordFromJournal(home: Home, run: string, plan: Plan): TimeRecord | undefined {
  const began = firstEvent(home, run);
  if (began === undefined || began.system !== plan.system || began.mode === 'dry-run') return undefined;
  try {
    const { state, entries } = readRun(home, run);
    if (timesKey(state.context.plan) !== timesKey(plan)) return undefined;
    return timeRecordOf(state.context, historyOf(entries));
  } catch {
    return undefined;
  }
}
