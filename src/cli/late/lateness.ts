/** Whether a backout comes late: after the end of its window, or hours after the change was carried out. */
import { isAhead } from '../../journal/clock-ahead.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder } from '../../runtime/home/ledger.ts';
import { windowOf } from '../../views/deadline.ts';
import type { Lateness } from '../../views/late-text.ts';
import { executedAt } from '../change/executed-at.ts';
import { ledgerOf } from '../change/ledger-of.ts';
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

export function latenessOf(plan: Plan, home: Home, now: number, later: Lateness['later'] = []): Found {
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
  if (touched !== undefined && isAhead(touched, now)) troubles.push(aheadOf(touched));
  return { decisions, lateness: judge({ ends: window?.ends, touched, later }, now), troubles };
}

/** By a clock that was ahead nothing was worked on a moment ago, and nobody knows when it was. */
const aheadOf = (touched: number): string =>
  `Whether this backout comes late cannot be told for sure: by its ledger the change was worked on at ${new Date(touched).toISOString()}, which is still to come by this machine's clock.`;

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

function judge({ ends, touched, later }: Judged, now: number): Lateness | undefined {
  const changedAt = touched === undefined || isAhead(touched, now) ? null : touched;
  const isJustNow = changedAt !== null && now - changedAt < justNowMs;
  const windowEnded = ends !== undefined && now >= ends && !isJustNow ? ends : null;
  const isOld = ends === undefined && changedAt !== null && now - changedAt >= hoursMs;
  return windowEnded !== null || isOld || later.length > 0 ? { windowEnded, changedAt, later } : undefined;
}

interface Judged {
  readonly ends: number | undefined;
  readonly touched: number | undefined;
  readonly later: Lateness['later'];
}

/** When the change was last worked on, as far as its ledger and the runs that it names tell. */
function lastTouched(home: Home, id: unknown): number | undefined {
  if (typeof id !== 'string' || !hasLedger(ledgerFolder(home, id))) return undefined;
  return executedAt(ledgerOf(home, id));
}
