/** The last moment to begin a backout: the end of its window, less what it takes, less a margin. */
import type { WindowDecision } from '../journal/window-decision.ts';
import type { Outlook } from './estimate-outlook.ts';

/** What the time that the backout takes is known from. */
export type Basis = 'measured' | 'partly-measured' | 'timeouts' | 'time-budget';

export interface Need {
  readonly ms: number;
  readonly basis: Basis;
}

export interface Deadline {
  /** All instants: ms since the epoch. */
  readonly at: number;
  readonly window: Window;
  readonly need: Need;
  readonly marginMs: number;
}

export interface Window {
  readonly ends: number;
  /** As the playbook or the caller has it. */
  readonly planned: number;
  /** The decision that moved it. */
  readonly extended: WindowDecision | null;
}

/** Undefined: a step was never measured and has no timeout, and the plan no time budget. */
export function needOf({ p90Ms, measured, unmeasured }: Outlook, timeBudgetMs: number | null): Need | undefined {
  if (p90Ms !== null) {
    const basis = unmeasured.length === 0 && measured > 0 ? 'measured' : measured > 0 ? 'partly-measured' : 'timeouts';
    return { ms: p90Ms, basis };
  }
  return timeBudgetMs === null ? undefined : { ms: timeBudgetMs, basis: 'time-budget' };
}

const leastMarginMs = 5 * 60_000;

/** A tenth of what the backout takes, at least five minutes. */
export function usualMargin(need: Need): number {
  return Math.max(leastMarginMs, Math.round(need.ms / 10));
}

/** An extension counts for the window that it was decided about: once the playbook names another end, that counts. */
export function windowOf(planned: number, decisions: readonly WindowDecision[]): Window {
  const extended = decisions.findLast(({ choice, until }) => choice === 'extend' && until !== null) ?? null;
  if (extended?.until == null || extended.planned !== planned) return { ends: planned, planned, extended: null };
  return { ends: extended.until, planned, extended };
}

/** The last word about this window was to back out, or to go on: nobody has to be told that time runs out. */
export function isSettled({ planned }: Window, decisions: readonly WindowDecision[]): boolean {
  const last = decisions.at(-1);
  return last !== undefined && last.choice !== 'extend' && last.planned === planned;
}

export function deadlineOf(window: Window, need: Need, marginMs: number): Deadline {
  return { at: window.ends - need.ms - marginMs, window, need, marginMs };
}
