/** What a run that ended tells of how long its steps take. A function of its journal. */
import { type Context, stepState } from '../engine/state.ts';
import type { Plan } from '../plan/plan.ts';
import type { TimeRecord } from '../ports/time-record.ts';
import type { AttemptRecord } from './attempt-record.ts';
import type { History } from './history.ts';

/** Under which name times are kept: carrying a change out takes another time than taking it back. */
export function timesKey({ system, kind }: Plan): string {
  return kind === undefined ? system : `${system}//${kind}`;
}

/** Undefined: it has not ended, or did nothing for real. */
export function timeRecordOf(context: Context, history: History): TimeRecord | undefined {
  const { began, ended } = history;
  if (began === null || ended === null || context.mode === 'dry-run') return undefined;
  return {
    run: context.run,
    playbook: context.plan.name,
    mode: context.mode,
    definition: context.plan.definition ?? null,
    at: began.at,
    end: ended.end,
    totalMs: ended.at - began.at,
    steps: stepTimes(context, history),
  };
}

function stepTimes(context: Context, history: History): TimeRecord['steps'] {
  const times: [string, number][] = [];
  for (const [id, step] of context.index) {
    // What a drill made fail took the drill's time.
    const isDrilled = Object.hasOwn(context.plan.rehearsal?.inject ?? {}, id);
    if (isDrilled || stepState(context, id).status !== 'succeeded') continue;
    const attempts = lastPass(history.attempts.get(id) ?? []);
    if (attempts.length > 0) times.push([id, taken(attempts, step.retry.maxDelayMs, decisionsOf(history, id))]);
  }
  return Object.fromEntries(times);
}

/** The last success and the tries that led to it: a health check whose pass had lapsed was done twice. */
function lastPass(attempts: readonly AttemptRecord[]): readonly AttemptRecord[] {
  const last = attempts.findLastIndex(({ outcome }) => outcome === 'succeeded');
  const before = attempts.slice(0, Math.max(0, last)).findLastIndex(({ outcome }) => outcome === 'succeeded');
  return last < 0 ? [] : attempts.slice(before + 1, last + 1);
}

/** Pauses before a retry count; what a person or a missing engine made it wait does not. */
function taken(attempts: readonly AttemptRecord[], longestPause: number, decided: readonly number[]): number {
  let total = 0;
  let endOfLast: number | null = null;
  for (const attempt of attempts) {
    const { startedAt } = attempt;
    const from = endOfLast ?? startedAt;
    if (!decided.some((at) => at >= from && at <= startedAt)) total += Math.min(startedAt - from, longestPause);
    total += lengthOf(attempt);
    endOfLast = attempt.endedAt;
  }
  return Math.max(0, total);
}

/** The end of a late one was only found when an engine came back. */
function lengthOf({ startedAt, endedAt, end }: AttemptRecord): number {
  if (end?.late === true) return end.durationMs;
  return (endedAt ?? startedAt) - startedAt;
}

function decisionsOf({ decisions }: History, id: string): readonly number[] {
  return decisions.filter(({ step, verb }) => step === id && verb !== 'confirm').map(({ at }) => at);
}
