/**
 * The operational log: the journal's entries as records for those who watch many machines (console, file, syslog).
 * Owns: when winston is loaded (only with a target), and that trouble with a target never reaches the run.
 * Does not own: the truth; that is the journal.
 */
import type { RunEvent } from '../../engine/protocol.ts';
import type { Entry } from '../../journal/entry.ts';
import type { LogSubject } from './log-record.ts';
import { logRecord } from './log-record.ts';
import type { LogTarget } from './log-target.ts';

export interface Oplog {
  record(entry: Entry): void;
  /** Resolves when everything is written, or after two seconds: a log never holds the end of a run up. */
  close(): Promise<void>;
}

export interface OplogOptions {
  readonly targets: readonly LogTarget[];
  readonly subject: LogSubject;
  /** One line for people; null leaves the event out. */
  readonly say: (event: RunEvent) => string | null;
  /** Told once for each kind of trouble with a target. */
  readonly trouble: (message: string) => void;
}

const silent: Oplog = { record: () => {}, close: () => Promise.resolve() };
const patienceMs = 2_000;

export async function createOplog(options: OplogOptions): Promise<Oplog> {
  if (options.targets.length === 0) return silent;
  const { openLogger } = await import('./logger.ts');
  const logger = await openLogger(options.targets, onceEach(options.trouble));
  return {
    record(entry) {
      const message = options.say(entry.event);
      if (message !== null) logger.write(logRecord(entry, options.subject, message));
    },
    close: () => withinPatience(logger.end()),
  };
}

function onceEach(tell: (message: string) => void): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message)) return;
    told.add(message);
    tell(message);
  };
}

async function withinPatience(work: Promise<void>): Promise<void> {
  const patience = Promise.withResolvers<void>();
  const timer = setTimeout(patience.resolve, patienceMs);
  await Promise.race([work, patience.promise]);
  clearTimeout(timer);
}
