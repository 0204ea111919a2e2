/** The times of a run that has ended are kept for estimates. Trouble with that is said, and is none of the run's. */
import { appendTimes } from '../runtime/home/times.ts';
import { timeRecordOf, timesKey } from '../views/estimate-record.ts';
import type { Drive, Driven } from './drive.ts';

export function recordTimes({ context, history }: Driven, { home, surface }: Pick<Drive, 'home' | 'surface'>): void {
  const record = timeRecordOf(context, history);
  if (record === undefined) return;
  try {
    appendTimes(home, timesKey(context.plan), record);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    surface.err(`The times of this run could not be kept for estimates: ${reason}\n`);
  }
}
