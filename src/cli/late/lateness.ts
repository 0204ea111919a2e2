/** Whether a backout comes late: after the end of its window, or hours after the change was carried out. */
import { statSync } from 'node:fs';
import { Fault } from '../../kernel/fault.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder, readLedger } from '../../runtime/home/ledger.ts';
import { runFolder } from '../../runtime/home/run-folder.ts';
import { windowOf } from '../../views/deadline.ts';
import type { Lateness } from '../../views/late-text.ts';
import { type FoundWindow, findWindow } from '../deadline/find-window.ts';

/** A change that was worked on as lately as this is being backed out on the spot, whatever its window. */
const justNowMs = 60 * 60_000;
/** Without a window: from here on others have probably worked on top of it. */
const hoursMs = 4 * 60 * 60_000;

export interface Found extends Pick<FoundWindow, 'decisions'> {
  /** Undefined: it is not late. */
  readonly lateness: Lateness | undefined;
  /** What could not be read, in sentences. */
  readonly troubles: readonly string[];
}

export function latenessOf(plan: Plan, home: Home, now: number): Found {
  const troubles: string[] = [];
  const { window, decisions } = attempt(
    () => findWindow(home, plan),
    () => plannedWindow(plan),
    troubles,
  );
  const touched = attempt(
    () => lastTouched(home, plan.change.id),
    () => undefined,
    troubles,
  );
  return { decisions, lateness: judge(window?.ends, touched, now), troubles };
}

/** A record that somebody damaged must not stand in the way of a backout. */
function attempt<T>(look: () => T, otherwise: () => T, troubles: string[]): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    troubles.push(`Whether this backout comes late cannot be told for sure: ${error.message}`);
    return otherwise();
  }
}

/** Decisions that cannot be read have moved nothing: else whoever damages them would open a window that has ended. */
function plannedWindow({ change }: Plan): FoundWindow {
  const ends = typeof change.windowEnds === 'string' ? Date.parse(change.windowEnds) : Number.NaN;
  return { window: Number.isNaN(ends) ? undefined : windowOf(ends, []), decisions: [] };
}

function judge(ends: number | undefined, touched: number | undefined, now: number): Lateness | undefined {
  const changedAt = touched ?? null;
  if (touched !== undefined && now - touched < justNowMs) return undefined;
  if (ends !== undefined) return now >= ends ? { windowEnded: ends, changedAt } : undefined;
  return touched !== undefined && now - touched >= hoursMs ? { windowEnded: null, changedAt } : undefined;
}

/** When the change was last worked on, as far as its ledger and the runs that it names tell. */
function lastTouched(home: Home, id: unknown): number | undefined {
  if (typeof id !== 'string') return undefined;
  const folder = ledgerFolder(home, id);
  if (!hasLedger(folder)) return undefined;
  const times = readLedger(folder).events.map((event) =>
    event.type === 'ledger.run' ? Math.max(event.at, writtenAt(runFolder(home, event.run).journal)) : event.at,
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

const writtenAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
