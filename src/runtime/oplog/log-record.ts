/** A journal entry as a record of the operational log. The journal's events are redacted already (P9). */
import type { RunEvent } from '../../engine/protocol.ts';
import type { Entry } from '../../journal/entry.ts';

export type LogLevel = 'error' | 'warn' | 'info';

export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly time: string;
  readonly run: string;
  readonly system: string;
  readonly mode: string;
  readonly seq: number;
  readonly type: string;
  readonly step?: string;
  readonly attempt?: number;
  readonly exitCode?: number;
}

/** What stands in every record of a run. */
export interface LogSubject {
  readonly run: string;
  readonly system: string;
  readonly mode: string;
}

/** `message` is one line for people. */
export function logRecord(entry: Entry, subject: LogSubject, message: string): LogRecord {
  const { event } = entry;
  const exitCode = exitCodeOf(event);
  return {
    level: levelOf(event),
    message,
    time: entry.time,
    ...subject,
    seq: entry.seq,
    type: event.type,
    ...('step' in event ? { step: event.step } : {}),
    ...('attempt' in event ? { attempt: event.attempt } : {}),
    ...(exitCode === null ? {} : { exitCode }),
  };
}

export function levelOf(event: RunEvent): LogLevel {
  switch (event.type) {
    case 'step.failed':
    case 'step.timed-out':
    case 'step.unknown':
    case 'disk.filled':
      return 'error';
    case 'run.ended':
      return endLevel(event.end);
    case 'engine.left':
      return event.reason === 'fault' ? 'error' : 'warn';
    case 'engine.attached':
    case 'step.cancelled':
    case 'budget.spent':
    case 'decision.stop':
    case 'decision.abandon':
    case 'decision.skip':
    case 'decision.reject':
    case 'decision.reopen':
      return 'warn';
    default:
      return 'info';
  }
}

function endLevel(end: Extract<RunEvent, { type: 'run.ended' }>['end']): LogLevel {
  if (end === 'failed' || end === 'simulated-failed') return 'error';
  return end === 'stopped' || end === 'succeeded-with-exceptions' ? 'warn' : 'info';
}

function exitCodeOf(event: RunEvent): number | null {
  if (event.type === 'run.ended') return event.exitCode;
  return 'attempt' in event && 'end' in event ? event.end.exitCode : null;
}
